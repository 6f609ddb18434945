// Every word that the page shows, in English. Knows no page: a translation replaces this file alone.

// Fixed words: an element with data-text gets the word, one with data-label gets it as its accessible name.
export const labels = {
  density: "Capillary density now",
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
  keyLine: "density",
  keyBand: "90 % interval",
  keyPoor: "not good, not drawn",
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
  picture: "Live picture",
  pictureAlt: "Microscope picture with the capillaries outlined",
  numbers: "Density and quality now",
  trendAlt: "Line plot of capillary density over time, with its 90 % interval",
};

export const states = {
  starting: { word: "STARTING", say: "Waiting for the first reading." },
  live: { word: "LIVE", say: "Readings are current." },
  replay: { word: "REPLAY", say: "A recording is being replayed. Not a live patient." },
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

export const modes = { live: "", replay: "REPLAY", demo: "DEMO" };

export const verdicts = { good: "Good", poor: "Poor", unusable: "Unusable", failed: "Not analysed" };

// What to do about a reason: the first pattern that fits decides.
export const advice = [
  [/mo(ved|ving|tion)|shak|drift/i, "Hold still"],
  [/focus|blur|sharp/i, "Refocus"],
  [/glare|satur|bright|overexpos|clip/i, "Less light"],
  [/dark|dim|underexpos|light/i, "More light"],
  [/pressure/i, "Less pressure"],
  [/cover|skin|tissue|contact|empty/i, "Move onto the skin"],
];
export const adviceGood = "Keep it like this";
export const adviceElse = "Check the picture";
export const adviceFailed = "See the program's log";

export const none = "––";
export const age = (seconds) => (seconds < 60 ? `${seconds.toFixed(1)} s ago` : span(seconds) + " ago");
export const lastGood = (pct, seconds) => `Last good ${pct.toFixed(1)} %, ${span(seconds)} ago. Not current.`;
export const noGoodYet = "No good reading yet";
export const notCurrent = "No current picture";
export const interval = (low, high) => `${low.toFixed(1)} – ${high.toFixed(1)} %`;
export const toLight = "Light screen";
export const toDark = "Dark screen";
export const announce = (mode, state) => `${mode ? mode + ". " : ""}${state.word}. ${state.say}`;
export const title = (mode, state) => `${mode ? mode + " · " : ""}${state.word} – Capillary Stream`;
export const count = (n) => n.toLocaleString("en-GB").replaceAll(",", "\u202f");
export const rate = (perSecond) => `${perSecond.toFixed(1)} /s`;
export const milliseconds = (ms) => `${Math.round(ms)} ms`;
export const trendEmpty = "No good reading in this window";

export function span(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
