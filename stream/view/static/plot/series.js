// The newest readings, as the connection brings them: kept for the longest window of the trend and no longer. Pure.

const KEEP_S = 3660;
const FINE_S = 300;
const COARSE_S = 1;
const GAP_S = 1; // longer without a reading than this is a gap in the line
const COARSE_GAP_S = 2.5; // the same in the coarse part, with one row per second
const GAP_STEPS = 2.5; // the same in steps of a window
const COMPACT_EVERY = 2000; // rows
const JUST_AFTER_S = 0.001;

export class Series {
  /** The readings, {x, grade, density, low, high}: grade 0 is good; x never decreases. */
  rows = [];

  #added = 0;

  /** Forget everything. */
  clear() {
    this.rows = [];
    this.#added = 0;
  }

  /**
   * Add readings.
   * @param {object} points columns as in a message of the server (see docs/page-api.md), oldest first
   */
  append(points) {
    for (const [i, x] of points.x.entries()) {
      this.rows.push({
        x,
        grade: points.quality_code[i],
        density: points.density_pct[i],
        low: points.density_low_pct[i],
        high: points.density_high_pct[i],
      });
    }
    this.#added += points.x.length;
    if (this.#added > COMPACT_EVERY) this.#compact();
  }

  /** Return the axis time of the newest reading, or null. */
  newest() {
    return this.rows.at(-1)?.x ?? null;
  }

  /** Return the rows of the last seconds. */
  lately(seconds) {
    return this.rows.slice(firstAtOrAfter(this.rows, this.newest() - seconds));
  }

  /**
   * Return columns between two times: at most one row per step, and a row of nulls at each gap, which breaks the line.
   * @returns {number[][]} [x, density, low, high, min, max, grade]; a row is one reading: min and max are its density
   */
  window(from, to, stepS) {
    const columns = [[], [], [], [], [], [], []];
    const push = (...values) => {
      for (const [i, value] of values.entries()) columns[i].push(value);
    };
    const rows = this.rows.slice(firstAtOrAfter(this.rows, from), firstAtOrAfter(this.rows, to + JUST_AFTER_S));
    const fineFrom = this.newest() - FINE_S;
    let before = null;
    for (const { x, density, low, high, grade } of thinned(rows, stepS)) {
      const gap = Math.max(x < fineFrom + COARSE_GAP_S ? COARSE_GAP_S : GAP_S, GAP_STEPS * stepS);
      if (before !== null && x - before > gap) push(before + JUST_AFTER_S, null, null, null, null, null, null);
      push(x, density, low, high, density, density, grade);
      before = x;
    }
    return columns;
  }

  // Forget what no window shows, and keep one row per second of what is older than five minutes.
  #compact() {
    const end = this.newest();
    const fine = firstAtOrAfter(this.rows, end - FINE_S);
    const coarse = this.rows.slice(firstAtOrAfter(this.rows, end - KEEP_S), fine);
    this.rows = [...thinned(coarse, COARSE_S), ...this.rows.slice(fine)];
    this.#added = 0;
  }
}

/** Keep at most one row per step: its first good one, else its first. */
function thinned(rows, stepS) {
  const kept = [];
  let last = null;
  for (const row of rows) {
    const step = Math.floor(row.x / stepS);
    if (step !== last) kept.push(row);
    else if (row.grade === 0 && kept.at(-1).grade !== 0) kept[kept.length - 1] = row;
    last = step;
  }
  return kept;
}

/** Return the index of the first row at or after the time x. */
function firstAtOrAfter(rows, x) {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].x < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
