// The quality of the picture, and what to do about it.

import { labels } from "./labels.js";

/** The quality of a picture in words, by name: of one frame, while POOR SIGNAL is said of the run. */
export const verdicts = labels.qualities;
export const notCurrent = "No current picture";
export const pressed = "density fell with focus steady";

// What to do about a reason: the first pattern that fits decides.
const ADVICE = [
  [/pressure|density fell/i, "Less pressure"],
  [/magnification/i, "Check the magnification"],
  [/colou?r/i, "Camera to colour"],
  [/hair/i, "Part the hair"],
  [/bubble/i, "More gel"],
  [/dirt|fibre|object/i, "Clean the lens"],
  [/ruler|\btext\b/i, "Turn overlays off"],
  [/unlike|too few/i, "Choose another site"],
  [/mo(ved|ving|tion)|shak|drift/i, "Hold still"],
  [/focus|blur|sharp/i, "Refocus"],
  [/glare|satur|bright|overexpos|clip/i, "Less light"],
  [/dark|dim|underexpos|light/i, "More light"],
  [/cover|skin|tissue|contact|empty/i, "Move onto the skin"],
];

/**
 * Say what to do.
 * @param {"good"|"poor"|"unusable"|"failed"} quality
 * @param {string[]} reasons the first of them that has an advice decides
 */
export function advice(quality, reasons) {
  if (quality === "failed") return "See the program's log";
  for (const reason of reasons) {
    const fitting = ADVICE.find(([pattern]) => pattern.test(reason));
    if (fitting) return fitting[1];
  }
  return quality === "good" ? "Keep it like this" : "Check the picture";
}
