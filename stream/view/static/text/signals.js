// Signals of other devices.

import { clock } from "./format.js";

const MOST_DIGITS = 6;

/** Return how a channel is named: its signal, what it is, and its unit. */
export const name = ({ signal, channel, unit }) => `${signal}: ${channel}${unit ? ` (${unit})` : ""}`;

/** Say what is drawn, to those who hear the page. */
export const said = (channel, newest) =>
  newest === null
    ? `${name(channel)}: no value in this window`
    : `${name(channel)}: ${value(newest.value)} at ${clock(newest.x)}`;

/** Write a number as short as it is exact, to six digits. */
export const value = (number) => String(Number(number.toPrecision(MOST_DIGITS)));
