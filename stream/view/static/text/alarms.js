// Alarms: the bar, the log, the limits.

import { hundredths, limitPercent, minutes, percent, span } from "./format.js";
import { labels } from "./labels.js";

export const priorities = { high: "High", medium: "Medium", low: "Low" };
export const states = {
  sounding: "",
  acknowledged: "seen",
  latched: "over, not seen",
  suspended: "cannot be judged",
};
export const loudPriority = (priority) => `${priorities[priority].toUpperCase()} PRIORITY`;

/** Name an alarm; a technical one with its cause. */
export function alarmName({ kind, cause }) {
  return kind === "technical" ? `${labels.alarms.technical}: ${labels.causes[cause] ?? cause}` : labels.alarms[kind];
}

/** Say what was compared with which limit, in the units of each kind. */
export function comparison({ kind, value, limit, cause }) {
  if (value === null || value === undefined) return "";
  if (kind === "low") return `${percent(value)}, below ${limitPercent(limit)}`;
  if (kind === "high") return `${percent(value)}, above ${limitPercent(limit)}`;
  if (kind === "fall") return `by ${value.toFixed(0)} % of what it was, limit ${limitPercent(limit)}`;
  if (cause === "disk") return `${Math.round(value)} MB free`;
  return `for ${span(value)}`;
}

// The bar
export const none = "No alarm";
export const review = "A finished session: alarms do not sound";
export const runEnded = (active) =>
  active ? "Active or not seen when the run ended:" : "No alarm was active when the run ended";
export const paused = (seconds) => `Alarm sound paused ${minutes(seconds)}`;
export const pause = "Pause 2 min";
export const resume = "End pause";
export const soundOn = "Sound is on";
export const soundOff = "Sound is off";
export const soundWaits = "Sound is off until you touch this page";

/** Say which limits of density are set. */
export function limitsInForce({ low_pct: low = null, high_pct: high = null }) {
  if (low !== null && high !== null) return `Limits ${limitPercent(low)} to ${limitPercent(high)}`;
  if (low !== null) return `Limit: below ${limitPercent(low)}`;
  return high === null ? "No density limits set" : `Limit: above ${limitPercent(high)}`;
}

// The limits in the trend
export const limitLabels = {
  low_pct: (value) => `low ${limitPercent(value)}`,
  high_pct: (value) => `high ${limitPercent(value)}`,
};

// The log
export const logTitle = "Alarm log";
export const logEmpty = "No alarm in this session so far.";
export const logHead = ["Time", "Alarm", "What happened", "Value"];
export const limitsAtStart = "limits at the start";
export const eventName = (event) => labels.events[event] ?? event;

/** Say how often and how long an alarm could not be judged (an entry of state/alarm-log.js). */
export function unjudged({ times, lastedNs, lasts }) {
  const over = lasts ? times - 1 : times;
  if (over === 0) return "signal poor, cannot be judged";
  const said = `signal poor ${over === 1 ? "once" : `${over} times`}, ${span(lastedNs / 1e9)}`;
  return lasts ? `${said}; again, cannot be judged` : said;
}

const ZERO_IS_OFF = new Set(["signal_after_s", "technical_after_s", "disk_free_mb"]);
const FIGURES = { low_pct: hundredths, high_pct: hundredths, hysteresis: (share) => Math.round(share * 100) };

/** Say what changed from one set of limits to the next. */
export function limitsChanged(before, after) {
  return limitsInWords(Object.fromEntries(Object.entries(after).filter(([name, value]) => value !== before[name])));
}

/** Say what these limits are, one after the other. */
export const limitsInWords = (limits) =>
  Object.entries(limits)
    .map(([name, value]) => limitInWords(name, value))
    .join(", ");

function limitInWords(name, value) {
  const [label, condition] = labels.limits[name] ?? [name, "{}"];
  const off = value === null || (value === 0 && ZERO_IS_OFF.has(name));
  return `${label} ${off ? "off" : condition.replace("{}", FIGURES[name]?.(value) ?? value)}`;
}

// The dialog of limits
export const limitsTitle = "Alarm limits";
export const limitsWarning =
  "Not an IEC 60601-1-8 alarm system: do not rely on it to call you. " +
  "Sound is off until it is switched on here; after a reload, until somebody touches the page.";
export const limitsHead = ["Alarm", "Sounds when", "Priority"];
// A row per kind: its name, then words and [field, unit].
export const limitRows = {
  low: ["Low density", "below", ["low_pct", "%"]],
  high: ["High density", "above", ["high_pct", "%"]],
  fall: ["Density falls", "by", ["fall_pct", "%"], "within", ["fall_over_s", "s"]],
  signal: ["Poor signal", "no good frame for", ["signal_after_s", "s"]],
  technical: ["Technical", "trouble for", ["technical_after_s", "s"], "or disk below", ["disk_free_mb", "MB"]],
};
// By field: the words before and after it.
export const moreLimits = {
  over_s: ["Low and high judge the median of", "s"],
  delay_s: ["and must last", "s;"],
  hysteresis: ["they end", "% of the limit inside it"],
};
export const latching = "An alarm that is over stays until it is acknowledged";
export const densityNow = (pct) => `Density is ${percent(pct)} now.`;
export const below = (limit) => `Low: 20 % below now, ${limit.toFixed(1)} %`;
export const emptyIsOff = "An empty field switches its alarm off.";
export const limitsUnknown = "The limits are not known yet: the program is starting.";
