// The trend.

import { clock } from "./format.js";

export const empty = "No good reading in this window";
export const limit = (label) => `Alarm limit: ${label}`;
export const past = (x) => `PAST until ${clock(x)}`;
export const moment = (x) => (x === null ? "Now" : clock(x));
export const pictureTitle = (session, from, to) =>
  `Capillary density, session ${session}, ${clock(from)} to ${clock(to)}`;
export const noPicture = "The browser made no picture of the trend.";
