// What is known of one frame.

import { clock, count, interval, span } from "./format.js";

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
  outlines: "Outlines",
  objects: "Not tissue",
};
/** Name what is not tissue, each kind once, the largest first. */
export function objectsFound(objects) {
  const counts = new Map();
  for (const { name } of objects) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, n]) => (n > 1 ? `${name} (${n})` : name)).join(", ");
}
export const outlinesFrom = { picture: "as shown live", session: "as recorded", "analysed again": "found again" };
export const workerName = (worker, attempt) => (attempt > 1 ? `${worker}, attempt ${attempt}` : String(worker));

export const notKept = "PICTURE NOT KEPT";
export const nearestKept = "Nearest picture";
export const regionHint = "Point at an outline, or step through them.";
export const noRegions = "No outlines are kept for this frame.";
export const regionScore = (score, i, n) => `Score ${score.toFixed(2)}. ${i + 1} of ${n}`;
export const regionCrop = (i) => `Close view of region ${i + 1}`;
