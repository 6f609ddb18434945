// The axes of the trend: their ticks and labels. Pure.

import { clock, isTimeOfDay } from "../text/format.js";

const MINUTE_S = 60;
const HOUR_S = 3600;
const HEADROOM = 1.08;
const LIMIT_IN_SIGHT = 2.5; // a limit further above the line than this does not squeeze it
const TOPS_PCT = [2, 4, 6, 8, 10, 15, 20, 30, 40, 60, 80, 100];

/** Lengths between two ticks of the time axis. */
export const TICK_STEPS_S = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_S),
  ...[1, 2, 4, 6, 12].map((hours) => hours * HOUR_S),
];

/** Return the top of the density axis: a round number above the line, and above the limits if they lie near it. */
export function topPct(highest, limits) {
  const limit = Math.max(limits?.high_pct ?? 0, limits?.low_pct ?? 0);
  const wanted = limit <= LIMIT_IN_SIGHT * highest ? Math.max(highest, limit) : highest;
  return TOPS_PCT.find((top) => top >= wanted * HEADROOM) ?? 100;
}

/** Label ticks of time: with seconds only if they differ from tick to tick; nothing before a recording's start. */
export function timeLabels(ticks) {
  const fine = ticks.length > 1 && ticks[1] - ticks[0] < MINUTE_S;
  return ticks.map((x) => {
    if (x < 0) return "";
    return isTimeOfDay(x) && !fine ? clock(x).slice(0, "hh:mm".length) : clock(x);
  });
}

/** Label ticks of the density axis. */
export const percentLabels = (ticks) => ticks.map((value) => `${value} %`);
