// The density, and how old it is.

import { clock, span } from "./format.js";

export const now = "Capillary density now";
export const unchosen = "Capillary density";
export const at = (x) => `Capillary density at ${clock(x, true)}`;
export const age = (seconds) => (seconds < 60 ? `${seconds.toFixed(1)} s ago` : `${span(seconds)} ago`);
export const lastGood = (pct, seconds) => `Last good ${pct.toFixed(1)} %, ${span(seconds)} ago. Not current.`;
export const noGoodYet = "No good reading yet";
export const notGoodThen = "This frame was not good: it has no place in the trend.";
export const chooseMoment = "Choose a moment in the trend";
