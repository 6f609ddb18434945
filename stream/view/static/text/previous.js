// The notice of the session before this one.

import { limitsInWords } from "./alarms.js";
import { span } from "./format.js";

export const begin = "New session.";
export const setAgain = "Set again";
export const open = "Open it";
export const dismiss = "Dismiss";
export const wereSet = (limits) => `The limits of the last session are set: ${limitsInWords(limits)}.`;

const STEPS_S = [10, 60, 3600]; // below a minute in tens, below an hour in minutes, else in hours

/** Say how long ago something was, coarsely: what is read aloud should not change every second. */
export function ago(lengthS) {
  if (lengthS < STEPS_S[0]) return "ended a moment ago";
  const step = STEPS_S[(lengthS >= 60) + (lengthS >= 3600)];
  return `ended ${span(Math.floor(lengthS / step) * step).replace(/ 0 (s|min)$/, "")} ago`;
}

/** Say what of the session before is worth to know, as [words before how long ago it ended, words after it]. */
export function said(limits) {
  const had = Object.keys(limits).length > 0;
  return had ? ["The last one, ", `, had: ${limitsInWords(limits)}.`] : ["The last one ", "."];
}
