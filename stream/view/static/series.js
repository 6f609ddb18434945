// The trend's numbers: columns from the server, kept for the longest window and no longer. Pure: knows no plot.

const KEEP_S = 3660;
const FINE_S = 300;
const COARSE_S = 1;
const GAP_S = 1; // longer without a reading than this is a gap in the line
const COARSE_GAP_S = 2.5; // the same where there is one row a second
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

  // The rows of the last so many seconds.
  lately(seconds) {
    return this.rows.slice(firstAtOrAfter(this.rows, this.newest() - seconds));
  }

  // Forget what no window shows, and keep one row a second of what is older than five minutes.
  compact() {
    const end = this.newest();
    const edge = firstAtOrAfter(this.rows, end - FINE_S);
    const old = this.rows.slice(firstAtOrAfter(this.rows, end - KEEP_S), edge);
    this.rows = [...thinned(old, COARSE_S), ...this.rows.slice(edge)];
    this.added = 0;
  }

  // Columns between two times, one row for every `step` seconds and a null wherever the line must break:
  // [x, density, low, high, min, max, grade]; min and max are the density's own, as each row is one reading.
  window(from, to, step) {
    const columns = [[], [], [], [], [], [], []];
    const push = (...values) => values.forEach((value, i) => columns[i].push(value));
    const rows = this.rows.slice(firstAtOrAfter(this.rows, from), firstAtOrAfter(this.rows, to + 0.001));
    const fine = this.newest() - FINE_S;
    let before = null;
    for (const row of thinned(rows, step)) {
      const gap = Math.max(row.x < fine + COARSE_GAP_S ? COARSE_GAP_S : GAP_S, 2.5 * step);
      if (before !== null && row.x - before > gap) push(before + 0.001, null, null, null, null, null, null);
      push(row.x, row.density, row.low, row.high, row.density, row.density, row.grade);
      before = row.x;
    }
    return columns;
  }
}

// At most one row for every `step` seconds: its first good one, else its first.
function thinned(rows, step) {
  const kept = [];
  let shared = null;
  for (const row of rows) {
    const bucket = Math.floor(row.x / step);
    if (bucket !== shared) kept.push(row);
    else if (row.grade === 0 && kept[kept.length - 1].grade !== 0) kept[kept.length - 1] = row;
    shared = bucket;
  }
  return kept;
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
