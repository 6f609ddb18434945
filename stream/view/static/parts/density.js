// The density in figures: of now or, in a review, of the frame in view.

import { put } from "../browser/dom.js";
import { isGood } from "../state/frame.js";
import * as words from "../text/density.js";
import { count, interval, NO_VALUE } from "../text/format.js";
import { showFurtherMeasures } from "./further-measures.js";

/** Show the density of now, or how long ago the last good one was. */
export function showDensity(status, decided) {
  const shown = decided.current && status.density_pct !== null;
  put("density-title", words.now);
  showFigures(shown ? status : null);
  put("age", shown ? words.age(decided.goodAgeMs / 1000) : NO_VALUE);
  put("last", shown ? "" : lastGood(status, decided));
}

function lastGood(status, decided) {
  const last = status?.last_good_pct ?? null;
  return last === null ? words.noGoodYet : words.lastGood(last, decided.goodAgeMs / 1000);
}

/** Show the density of a frame (see docs/page-api.md), or none (null). */
export function showDensityOf(frame) {
  const good = frame !== null && isGood(frame);
  put("density-title", frame === null ? words.unchosen : words.at(frame.x));
  showFigures(good ? frame : null);
  put("age", NO_VALUE);
  if (frame === null) put("last", words.chooseMoment);
  else put("last", good ? "" : words.notGoodThen);
}

function showFigures(reading) {
  document.body.dataset.valued = reading !== null;
  put("density", reading ? reading.density_pct.toFixed(1) : NO_VALUE);
  put("interval", reading ? interval(reading.density_low_pct, reading.density_high_pct) : NO_VALUE);
  put("count", reading ? count(reading.capillary_count ?? 0) : NO_VALUE);
  showFurtherMeasures(reading?.measures);
}
