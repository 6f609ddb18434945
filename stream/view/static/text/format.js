// Numbers and times as the page writes them. Pure.

/** In place of a value that there is not. */
export const NO_VALUE = "––";

const FIRST_DATE_S = 1e8; // an axis below it is a recording's own time, above it UTC
const twoDigits = (number) => String(number).padStart(2, "0");

/** Write a percentage to the tenth. */
export const percent = (value) => `${value.toFixed(1)} %`;

/** Write a number to the hundredth if that says more than the tenth. */
export const hundredths = (value) => value.toFixed(2).replace(/0$/, "");

/** Write a limit in per cent as it was set. */
export const limitPercent = (value) => `${hundredths(value)} %`;

/** Write a share as a whole percentage. */
export const share = (value) => `${Math.round(value * 100)} %`;

/** Write an interval in per cent. */
export const interval = (low, high) => `${low.toFixed(1)} – ${high.toFixed(1)} %`;

/** Write a number with its sign. */
export const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;

/** Write a whole number, its thousands set apart by a narrow space. */
export const count = (n) => n.toLocaleString("en-GB").replaceAll(",", "\u202f");

/** Write a rate per second. */
export const rate = (perSecond) => `${perSecond.toFixed(1)} /s`;

/** Write a time in whole milliseconds. */
export const milliseconds = (ms) => `${Math.round(ms)} ms`;

/** Write a time in whole seconds. */
export const seconds = (s) => `${s.toFixed(0)} s`;

/** Write a length of time in words. */
export function span(lengthS) {
  if (lengthS > 0 && lengthS < 1) return "under 1 s";
  const whole = Math.floor(lengthS);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Write a length of time as minutes:seconds. */
export const minutes = (lengthS) => `${Math.floor(lengthS / 60)}:${twoDigits(Math.floor(lengthS % 60))}`;

/** Return whether a place on the trend's axis is a time of day; otherwise it is a recording's own time. */
export const isTimeOfDay = (x) => x >= FIRST_DATE_S;

/**
 * Name a place on the trend's axis: the time of day of UTC seconds, or a recording's own time. It is rounded to a tenth
 * of a second before anything is cut off, so that a moment has one name everywhere.
 * @param {number} exactS
 * @param {boolean} fine whether the tenth is named too
 */
export function clock(exactS, fine = false) {
  const x = Math.round(exactS * 10) / 10;
  const tenth = fine ? `.${Math.round((x - Math.floor(x)) * 10)}` : "";
  return (isTimeOfDay(x) ? timeOfDay(x) : recordingTime(x)) + tenth;
}

/** Name a recording's time to the tenth, and a time of day to the second. */
export const preciseClock = (x) => clock(x, !isTimeOfDay(x));

function timeOfDay(x) {
  const time = new Date(x * 1000);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(":");
}

function recordingTime(x) {
  const [hours, allMinutes, secondsLeft] = [Math.floor(x / 3600), Math.floor(x / 60), twoDigits(Math.floor(x % 60))];
  return hours > 0 ? `${hours}:${twoDigits(allMinutes % 60)}:${secondsLeft}` : `${allMinutes}:${secondsLeft}`;
}
