// What is known of one frame.

import { clock, count, interval, percent, span } from "./format.js";

const SAME_S = 0.05;

export const pastTitle = (x) => `PAST ${clock(x, true)}`;
export const reviewTitle = (x) => clock(x, true);
export const age = (seconds) => `${span(seconds)} ago, not live`;
export const frameName = (seq, frame) =>
  String(seq) === frame ? `frame ${count(seq)}` : `frame ${count(seq)} (${frame})`;

export const finding = ({ density_low_pct, density_high_pct, capillary_count: n }) =>
  `${interval(density_low_pct, density_high_pct)}, ${n} ${n === 1 ? "capillary" : "capillaries"}`;
export const facts = {
  quality: "Quality",
  reasons: "Because",
  model: "Model",
  latency: "Latency",
  dropped: "Dropped",
  frame: "Frame",
  worker: "Worker",
  truth: "Truth",
  time: "Time",
  notCounted: "Not counted",
  outlines: "Outlines",
  objects: "Not tissue",
};
/** The density that the synthetic microscope of a demo has drawn. */
export const truthOf = (pct) => `${percent(pct)}, as the demo drew it`;

/** Name what is not tissue, each kind once, the largest first. */
export function objectsFound(objects) {
  const counts = new Map();
  for (const { name } of objects) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, n]) => (n > 1 ? `${name} (${n})` : name)).join(", ");
}
export const outlinesFrom = { picture: "as shown live", session: "as recorded", "analysed again": "found again" };
export const workerName = (worker, attempt) => (attempt > 1 ? `${worker}, attempt ${attempt}` : String(worker));

export const notKept = "PICTURE NOT KEPT";
export const notLoaded = "PICTURE NOT LOADED";
export const loading = "LOADING …";
export const loadingAt = (x) => (x === null ? "" : clock(x, true));
export const frameNotLoaded = (x, why) =>
  `${x === null ? "The frame" : `The frame at ${clock(x, true)}`} is not shown: ${why}`;
/** Say how far a picture is from the frame that was asked for, in s; nothing if it is that one. */
export const snapped = (byS) => (Math.abs(byS) < SAME_S ? "" : `Picture ${apart(byS)}`);
export const nearestKept = (byS) => `Nearest picture, ${apart(byS)}`;
export function apart(byS) {
  const length = Math.abs(byS);
  return `${length < 10 ? `${length.toFixed(1)} s` : span(length)} ${byS < 0 ? "earlier" : "later"}`;
}
export const regionHint = "Point at an outline, or step through them.";
export const noRegions = "No outlines are kept for this frame.";
export const regionScore = (score, i, n) => `Score ${score.toFixed(2)}. ${i + 1} of ${n}`;
export const regionCrop = (i) => `Close view of region ${i + 1}`;
export const unreachable = "The program has ended: frames of the past cannot be shown here any more.";
