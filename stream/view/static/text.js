// Every word that the page shows, in English. Knows no page: a translation replaces this file alone.

// Fixed words: an element with data-text gets the word, one with data-label gets it as its accessible name.
export const labels = {
  interval: "90 % interval",
  count: "Capillaries",
  age: "Age",
  quality: "Picture quality",
  trend: "Trend",
  windows: "Length of the trend",
  minutes1: "1 min",
  minutes5: "5 min",
  minutes15: "15 min",
  minutes60: "60 min",
  wholeSession: "Session",
  backToNow: "Back to now",
  keyLine: "density",
  keyBand: "90 % interval",
  keyLimit: "alarm limit",
  keyPoor: "poor",
  keyBad: "unusable (neither is drawn)",
  outlines: "Outlines",
  rate: "Frame rate",
  latency: "Latency",
  readings: "Readings",
  dropped: "Dropped",
  failed: "Failed",
  workers: "Workers",
  model: "Model",
  version: "Version",
  notice: "Research use. Not a certified medical device.",
  picture: "Picture",
  pictureAlt: "Microscope picture with the capillaries outlined",
  numbers: "Density and quality",
  trendAlt: "Capillary density over time; arrow keys go from frame to frame",
  tools: "Tools",
  fiveSites: "Five sites",
  report: "Report",
  keys: "Keys",
  alarms: "Alarms",
  activeAlarms: "Active alarms",
  limits: "Limits",
  log: "Log",
  notIec: "Not an IEC 60601-1-8 alarm system.",
  acknowledge: "Acknowledge",
  markNow: "Mark the frame in view",
  markers: "Markers",
  note: "Note at the frame in view",
  noteHint: "Note",
  addNote: "Add",
  evidence: "Evidence for this frame",
  backToLive: "Back to live",
  stepBack: "Frame before",
  stepOn: "Next frame",
  regionBefore: "Region before",
  regionNext: "Next region",
  scrubber: "Moment of the session",
  exportCsv: "CSV",
  exportPng: "PNG",
};

export const states = {
  starting: { word: "STARTING", say: "Waiting for the first reading." },
  live: { word: "LIVE", say: "Readings are current." },
  replay: { word: "REPLAY", say: "A recording is being replayed. Not a live patient." },
  review: { word: "REVIEW", say: "A finished session. Nothing here is current." },
  demo: { word: "LIVE", say: "Synthetic pictures. Not a patient." },
  "poor signal": { word: "POOR SIGNAL", say: "The picture is not good enough for a number." },
  stale: { word: "STALE", say: "No new reading. The picture is not current." },
  "no camera": { word: "NO CAMERA", say: "No picture comes from the camera. Check its cable." },
  "no analysis": { word: "NO ANALYSIS", say: "Pictures come, but the analysis gives no result." },
  ended: { word: "ENDED", say: "The run has ended. Nothing here is current." },
  lost: { word: "CONNECTION LOST", say: "The page does not hear from the program. Trying again." },
};

// Over the picture when readings are current and pictures are not.
export const unpictured = { word: "NO PICTURE", say: "Waiting for a current picture. The numbers are current." };
export const notKept = "PICTURE NOT KEPT";
export const nearestKept = "Nearest picture";

export const modes = { live: "", replay: "REPLAY", demo: "DEMO", review: "REVIEW" };

export const verdicts = { good: "Good", poor: "Poor", unusable: "Unusable", failed: "Not analysed" };

// What to do about a reason: the first pattern that fits decides.
export const advice = [
  [/pressure|density fell/i, "Less pressure"],
  [/colou?r/i, "Camera to colour"],
  [/mo(ved|ving|tion)|shak|drift/i, "Hold still"],
  [/focus|blur|sharp/i, "Refocus"],
  [/glare|satur|bright|overexpos|clip/i, "Less light"],
  [/dark|dim|underexpos|light/i, "More light"],
  [/cover|skin|tissue|contact|empty/i, "Move onto the skin"],
];
export const adviceGood = "Keep it like this";
export const adviceElse = "Check the picture";
export const adviceFailed = "See the program's log";
export const densityFell = "density fell with focus steady";

export const none = "––";
export const densityNow = "Capillary density now";
export const densityAt = (x) => `Capillary density at ${clock(x, true)}`;
export const percent = (value) => `${value.toFixed(1)} %`;
// A limit as it was set: to the hundredth, where that says more than the tenth.
export const limitPercent = (value) => `${value.toFixed(2).replace(/0$/, "")} %`;
export const age = (seconds) => (seconds < 60 ? `${seconds.toFixed(1)} s ago` : span(seconds) + " ago");
export const lastGood = (pct, seconds) => `Last good ${pct.toFixed(1)} %, ${span(seconds)} ago. Not current.`;
export const noGoodYet = "No good reading yet";
export const notCurrent = "No current picture";
export const notGoodThen = "This frame was not good: it has no place in the trend.";
export const chooseMoment = "Choose a moment in the trend";
export const interval = (low, high) => `${low.toFixed(1)} – ${high.toFixed(1)} %`;
export const toLight = "Light";
export const toDark = "Dark";
export const announce = (mode, state) => `${mode ? mode + ". " : ""}${state.word}. ${state.say}`;
export const title = (mode, state) => `${mode ? mode + " · " : ""}${state.word} – Capillary Stream`;
export const count = (n) => n.toLocaleString("en-GB").replaceAll(",", "\u202f");
// How many of something: a noun whose plural takes an s.
export const counted = (n, noun) => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
export const rate = (perSecond) => `${perSecond.toFixed(1)} /s`;
export const milliseconds = (ms) => `${Math.round(ms)} ms`;
export const trendEmpty = "No good reading in this window";
export const trendAt = (x) => (x === null ? "Now" : clock(x));
export const pictureTitle = (session, from, to) => `Capillary density, session ${session}, ${clock(from)} to ${clock(to)}`;
export const noPicture = "The browser made no picture of the trend.";
export const unreachable = "The program does not answer.";
export const refused = (status) => `The program refused this (${status}).`;

// Alarms
export const priorities = { high: "HIGH PRIORITY", medium: "MEDIUM PRIORITY", low: "LOW PRIORITY" };
export const priorityNames = { high: "High", medium: "Medium", low: "Low" };
export const alarmWords = {
  low: "Low density",
  high: "High density",
  fall: "Density falls",
  signal: "Poor signal",
  technical: "Technical",
};
export const causes = {
  stale: "no reading", "no camera": "no camera", "no analysis": "no analysis", disk: "disk nearly full", lost: "connection lost",
};
export const noAlarm = "No alarm";
export const alarmState = { sounding: "", acknowledged: "seen", latched: "over, not seen", suspended: "cannot be judged" };
export const paused = (seconds) => `Alarm sound paused ${minutes(seconds)}`;
export const pause = "Pause 2 min";
export const resume = "End pause";
export const soundOn = "Sound on";
export const soundOff = "Sound off";
export function limitsNow(low, high) {
  if (low !== null && high !== null) return `Limits ${limitPercent(low)} to ${limitPercent(high)}`;
  return low !== null ? `Limit: below ${limitPercent(low)}` : high !== null ? `Limit: above ${limitPercent(high)}` : "No density limits set";
}
export const limitNames = { low_pct: (v) => `low ${limitPercent(v)}`, high_pct: (v) => `high ${limitPercent(v)}` };
export const alarmEnded = (active) => (active ? "Active when the run ended:" : "No alarm was active when the run ended");
export const alarmReview = "A finished session: alarms do not sound";
export const alarmWord = (alarm) => (alarm.kind === "technical" ? `${alarmWords.technical}: ${causes[alarm.cause] ?? alarm.cause}` : alarmWords[alarm.kind]);
export function alarmSentence({ kind, value, limit, cause }) {
  if (value === null || value === undefined) return "";
  if (kind === "low") return `${percent(value)}, below ${limitPercent(limit)}`;
  if (kind === "high") return `${percent(value)}, above ${limitPercent(limit)}`;
  if (kind === "fall") return `by ${value.toFixed(0)} % of what it was, limit ${limitPercent(limit)}`;
  if (cause === "disk") return `${Math.round(value)} MB free`;
  return `for ${span(value)}`;
}

// The alarm log
export const logTitle = "Alarm log";
export const logEmpty = "No alarm in this session so far.";
export const logHead = ["Time", "Alarm", "What happened", "Value"];
export const limitsAtStart = "limits at the start";
// What changed from one set of limits to the next.
export function limitsChanged(before, after) {
  const changed = Object.keys(after).filter((name) => after[name] !== before[name]);
  return changed.map((name) => `${limitWords[name]?.[0] ?? name} ${limitSays(name, after[name])}`).join(", ");
}
const limitSays = (name, value) => (value === null ? "off" : name in limitWords ? limitWords[name][1](value) : String(value));
const limitWords = {
  low_pct: ["Low density", (v) => `below ${limitPercent(v)}`],
  high_pct: ["High density", (v) => `above ${limitPercent(v)}`],
  fall_pct: ["Density falls", (v) => `by ${v} %`],
  fall_over_s: ["Density falls", (v) => `within ${v} s`],
  over_s: ["median", (v) => `of ${v} s`],
  delay_s: ["Low and high", (v) => `after ${v} s`],
  hysteresis: ["end", (v) => `${Math.round(v * 100)} % inside`],
  signal_after_s: ["Poor signal", (v) => (v ? `after ${v} s` : "off")],
  technical_after_s: ["Technical", (v) => (v ? `after ${v} s` : "off")],
  disk_free_mb: ["Disk", (v) => (v ? `below ${v} MB` : "off")],
};
export const logEvents = {
  raised: "began", acknowledged: "acknowledged", latched: "over, not yet seen", returned: "began again", suspended: "cannot be judged",
  judged: "judged again", cleared: "over", ended: "session ended", paused: "sound paused", "pause-ended": "pause ended", limits: "limits changed",
};

// The limits dialog
export const limitsTitle = "Alarm limits";
export const limitsHonest =
  "Not an IEC 60601-1-8 alarm system: do not rely on it to call you. Sound is off until it is switched on here, and after every reload.";
export const limitsHead = ["Alarm", "Sounds when", "Priority"];
export const limitRows = {
  low: ["Low density", "below", ["low_pct", "%"]],
  high: ["High density", "above", ["high_pct", "%"]],
  fall: ["Density falls", "by", ["fall_pct", "%"], "within", ["fall_over_s", "s"]],
  signal: ["Poor signal", "no good frame for", ["signal_after_s", "s"]],
  technical: ["Technical", "trouble for", ["technical_after_s", "s"], "or disk below", ["disk_free_mb", "MB"]],
};
export const limitMore = {
  over_s: ["Low and high judge the median of", "s"],
  delay_s: ["and must last", "s;"],
  hysteresis: ["they end", "% of the limit inside it"],
};
export const latching = "An alarm that is over stays until it is acknowledged";
export const emptyIsOff = "An empty field switches its alarm off.";
export const close = "Close";
export const save = "Save";
export const cancel = "Cancel";

// Markers
export const kinds = {
  bolus: "Bolus", fluid: "Fluid", position: "Position",
  "site-1": "Site 1", "site-2": "Site 2", "site-3": "Site 3", "site-4": "Site 4", "site-5": "Site 5",
  "pressure-released": "Pressure released", note: "Note",
};
export const markersButton = (n) => `Markers ${n}`;
export const noMarkers = "No markers yet. Mark the frame in view with the buttons under the trend, or with the keys 1 to 9.";
export const chooseMarker = "Choose a marker to edit it and to compare before and after.";
export const markerName = ({ kind, text }) => (text ? (kind === "note" ? text : `${kinds[kind] ?? kind}: ${text}`) : kinds[kind] ?? kind);
export const markerLine = (marker) => `${clock(marker.x, true)}  ${markerName(marker)}`;
export const marked = (marker) => `Marked: ${markerName(marker)}`;
export const removed = (marker) => `Removed: ${markerName(marker)}`;
export const kindLabel = "Kind";
export const textLabel = "Text";
export const remove = "Delete";
export const showFrame = "Show its frame";

// Before and after
export const changeTitle = "Before and after";
export const changeOver = "Compare";
export const changeWindows = { 30: "30 s", 60: "1 min", 120: "2 min", 300: "5 min" };
export const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;
export const changeFigure = (pct) => `${signed(pct)} points`;
export const changeInterval = (low, high, confidence) => `${Math.round(confidence * 100)} % interval ${signed(low)} to ${signed(high)}`;
export const changeRelative = (share) => `${signed(share * 100).replace(/\.\d$/, "")} % of before`;
export const changeSays = (low, high) => (low > 0 ? "Density rose." : high < 0 ? "Density fell." : "No change that stands out from chance.");
export const before = "Before";
export const after = "After";
export const side = ({ good, frames }) => `${count(good)} of ${count(frames)} good`;

// Evidence
export const evidenceTitle = (x) => `PAST ${clock(x, true)}`;
export const reviewTitle = (x) => clock(x, true);
export const evidenceAge = (seconds) => `${span(seconds)} ago, not live`;
export const frameOf = (seq, frame) => (String(seq) === frame ? `frame ${count(seq)}` : `frame ${count(seq)} (${frame})`);
export const frameSays = (frame) =>
  `${interval(frame.density_low_pct, frame.density_high_pct)}, ${frame.capillary_count} ${frame.capillary_count === 1 ? "capillary" : "capillaries"}`;
export const facts = {
  quality: "Quality", reasons: "Because", model: "Model", latency: "Latency", dropped: "Dropped", frame: "Frame", worker: "Worker", truth: "Truth", outlines: "Outlines",
};
export const outlinesFrom = { picture: "as shown live", session: "as recorded", "analysed again": "found again" };
export const workerOf = (worker, attempt) => (attempt > 1 ? `${worker}, attempt ${attempt}` : String(worker));
export const regionHint = "Point at an outline, or step through them.";
export const noRegions = "No outlines are kept for this frame.";
export const regionScore = (score, i, n) => `Score ${score.toFixed(2)}. ${i + 1} of ${n}`;
export const regionCrop = (i) => `Close view of region ${i + 1}`;

// Five sites
export const sitesTitle = "Five sites";
export const siteName = (n) => `Site ${n}`;
export const siteHow = {
  idle: "Place the microscope on the first site and start. Hold still until the bar is full.",
  measuring: (n) => `Site ${n}: hold still until the bar is full.`,
  enough: (n) => `Site ${n} is long enough. Go on, or measure longer.`,
  between: (n) => `Move to site ${n}, then go on.`,
  complete: "All five sites are measured.",
  refused: (sites) => `Measure again: ${sites.map((n) => `site ${n}`).join(", ")}. What is too short or mostly not good does not count.`,
};
export const siteStart = "Start";
export const siteStartAt = (n) => `Start site ${n}`;
export const siteNext = "Next site";
export const siteRepeat = "Repeat";
export const siteStop = "Stop";
export const siteWaiting = "not measured";
export const siteGood = (good, wanted) => `${Math.floor(good)} / ${wanted.toFixed(0)} s`;
export const siteShort = "✗ too short";
export const sitePoor = "✗ mostly not good";
export const siteEnough = "✓ done";
export const siteMeasuring = "measuring";
export const siteFinish = "Finish";
export const sitesDone = "Sites that count";
export const ofFive = (n) => `${n} of 5`;
export const seconds = (s) => `${s.toFixed(0)} s`;
export const siteTime = "Time";
export const siteShare = "Good";
export const siteSpread = "SD";
export const share = (value) => `${Math.round(value * 100)} %`;
export const siteMean = "Mean";
export const heterogeneity = "Heterogeneity";
export const heterogeneityIs = "(highest − lowest) / mean";

// Keys
export const keysTitle = "Keys";
export const keysOn = "Single keys work (switch off if you dictate or use other shortcuts)";
export const keyList = [
  ["1 – 9", "Mark: bolus, fluid, position, sites 1 to 5, pressure released"],
  ["N", "Write a note"],
  ["O", "Outlines on or off"],
  ["A", "Acknowledge alarms"],
  ["P", "Pause alarm sound, or end the pause"],
  ["M", "Alarm sound on or off"],
  ["← →", "Frame before, next frame"],
  ["Page ↑ ↓", "A tenth of the trend back or on"],
  ["Home, End", "First, last moment"],
  ["+ −", "Shorter, longer trend"],
  ["Esc", "Close, or back to live"],
];

export function span(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

const two = (number) => String(number).padStart(2, "0");
export const minutes = (seconds) => `${Math.floor(seconds / 60)}:${two(Math.floor(seconds % 60))}`;

// A place on the trend's axis: the time of day for live sessions (UTC seconds), else the recording's own time.
// Rounded to a tenth of a second before anything is cut off, so that a moment has one name everywhere.
export function clock(exact, fine = false) {
  const x = Math.round(exact * 10) / 10;
  const rest = fine ? `.${Math.round((x - Math.floor(x)) * 10)}` : "";
  if (x < 1e8) return (x >= 3600 ? `${Math.floor(x / 3600)}:${two(Math.floor(x / 60) % 60)}` : Math.floor(x / 60)) + `:${two(Math.floor(x % 60))}${rest}`;
  const time = new Date(x * 1000);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}${rest}`;
}
