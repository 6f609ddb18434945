// The trend's numbers: columns from the server, kept for the longest window and no longer. Pure: knows no plot.

const KEEP_S = 3660;
const FINE_S = 300;
const COARSE_S = 1;
const GAP_S = 2.5; // longer without a reading than this is a gap in the line
const COMPACT_EVERY = 2000;

export class Series {
  constructor() {
    this.clear();
  }

  clear() {
    this.rows = []; // {x, grade, density, low, high}, x never decreases
    this.added = 0;
  }

  append(points) {
    for (let i = 0; i < points.x.length; i++) {
      const [x, grade] = [points.x[i], points.grade[i]];
      this.rows.push({ x, grade, density: points.density[i], low: points.low[i], high: points.high[i] });
    }
    this.added += points.x.length;
    if (this.added > COMPACT_EVERY) this.compact();
  }

  newest() {
    return this.rows.length ? this.rows[this.rows.length - 1].x : null;
  }

  // Forget what no window shows, and keep one row a second of what is older than five minutes.
  compact() {
    const end = this.newest();
    const kept = [];
    for (const row of this.rows) {
      const last = kept[kept.length - 1];
      if (row.x < end - KEEP_S) continue;
      const shares = last && row.x < end - FINE_S && Math.floor(row.x / COARSE_S) === Math.floor(last.x / COARSE_S);
      if (!shares) kept.push(row);
      else if (last.grade !== 0 && row.grade === 0) kept[kept.length - 1] = row;
    }
    this.rows = kept;
    this.added = 0;
  }

  // Columns between two times, with a null wherever the line must break: [x, density, low, high, grade].
  window(from, to) {
    const columns = [[], [], [], [], []];
    const push = (...values) => values.forEach((value, i) => columns[i].push(value));
    let before = null;
    for (let i = firstAtOrAfter(this.rows, from); i < this.rows.length && this.rows[i].x <= to; i++) {
      const row = this.rows[i];
      if (before !== null && row.x - before > GAP_S) push(before + 0.001, null, null, null, null);
      push(row.x, row.density, row.low, row.high, row.grade);
      before = row.x;
    }
    return columns;
  }
}

function firstAtOrAfter(rows, x) {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].x < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
