// The quality of the picture, and what to do about it.

import { get, put, putSymbol } from "../browser/dom.js";
import { isCurrent } from "../state/run-state.js";
import { NO_VALUE } from "../text/format.js";
import * as words from "../text/quality.js";

/**
 * Show the quality of now.
 * @param {object|null} status
 * @param {object} decided by `decide` of state/run-state.js
 * @param {boolean} pressed whether the microscope seems to be pressed on the skin
 */
export function showQuality(status, decided, pressed) {
  if (!isCurrent(decided.state) || !status) {
    show("none", words.notCurrent, "", []);
    return;
  }
  const quality = qualityOf(status);
  const pressedNow = quality === "good" && pressed;
  const hints = pressedNow ? [words.pressed] : reasonsOf(status);
  show(quality, words.verdicts[quality], words.advice(quality, hints), quality === "good" && !pressedNow ? [] : hints);
}

/** Show the quality of a frame (see docs/page-api.md), or none (null). */
export function showQualityOf(frame) {
  if (frame === null) {
    show("none", NO_VALUE, "", []);
    return;
  }
  const quality = qualityOf(frame);
  show(quality, words.verdicts[quality], "", reasonsOf(frame));
}

/** Return the quality of a frame, or of the newest one; one that was not analysed has "failed". */
export const qualityOf = (frame) => (frame.status === "failed" ? "failed" : (frame.quality ?? "failed"));

/** Say why the quality of a frame is not good, or why it was not analysed. */
export const reasonsOf = (frame) => [...frame.quality_reasons, frame.error].filter(Boolean);

function show(quality, verdict, advice, reasons) {
  get("quality").dataset.quality = quality;
  putSymbol("quality-icon", `quality-${quality}`);
  put("verdict", verdict);
  put("advice", advice);
  put("reason", reasons.join("; "));
}
