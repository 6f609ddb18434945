// The trend from the server, reduced there to about a row per pixel. One window to both sides is kept, so that panning
// asks rarely. Knows /api/trend, not the plot.

import { newestOnly, read } from "../browser/requests.js";
import { stopwatch } from "../browser/stopwatch.js";

const MOST_PIXELS = 4000;
const COARSER = 1.6; // rows may be so much wider than a pixel before finer ones are asked for
const AGAIN_MS = 2000; // how soon a stretch that still grows is asked for again
const COLUMNS = [
  "x",
  "density_mean_pct",
  "density_low_pct",
  "density_high_pct",
  "density_min_pct",
  "density_max_pct",
  "quality_code",
];

export class StoredTrend {
  /** The first and last time of the session, s; null until the server said it. */
  extent = null;

  #arrived;
  #kept = null;
  #generation = 0;
  #fetch = newestOnly((from, to, pixels) => this.#load(from, to, pixels));

  /** @param {() => void} arrived is called when new columns are there */
  constructor(arrived) {
    this.#arrived = arrived;
  }

  /** Forget all columns, and those that are on their way. */
  forget() {
    this.#kept = null;
    this.#generation += 1;
  }

  /**
   * Return the columns for these edges, as good as they are here now; ask the server for better ones if needed.
   * @param {boolean} growing whether newer readings may have come in the meantime
   * @returns {number[][]} [x, mean, low, high, min, max, grade]
   */
  columns(from, to, pixels, growing) {
    if (!serves(this.#kept, from, to, pixels, growing)) {
      const span = to - from;
      this.#fetch(from - span, to + span, Math.min(3 * Math.round(pixels), MOST_PIXELS));
    }
    return COLUMNS.map((name) => this.#kept?.[name] ?? []);
  }

  async #load(from, to, pixels) {
    const generation = this.#generation;
    const trend = await read(`api/trend?from_s=${from}&to_s=${to}&pixels=${pixels}`).catch(() => null);
    if (trend === null || generation !== this.#generation) return;
    this.#kept = { ...trend, from, to, age: stopwatch() };
    this.extent = trend.extent;
    this.#arrived();
  }
}

/** Return whether what is kept covers these edges, finely and lately enough. */
export function serves(kept, from, to, pixels, growing) {
  if (kept === null || kept.from > from || kept.to < to) return false;
  const secondsPerPixel = (to - from) / pixels;
  if (kept.reduced && (kept.to - kept.from) / kept.pixels > COARSER * secondsPerPixel) return false;
  const againMs = Math.max(AGAIN_MS, secondsPerPixel * 1000);
  return !(growing && kept.extent && to > kept.extent[1] && kept.age() > againMs);
}
