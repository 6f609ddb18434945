// The trend: density with its interval band, gaps where nothing was good, and what is marked over it.
// Knows uPlot and where its columns come from, not the status.

import * as text from "./text.js";
import * as marks from "./trend-marks.js";
import { clamped, panned, revealing, zoomed } from "./viewport.js";

const POINTS = 900;
const TOPS = [2, 4, 6, 8, 10, 15, 20, 30, 40, 60, 80, 100];
const LIMIT_IN_SIGHT = 2.5; // a limit further above the line than this does not squeeze it
const HOUR_S = 3600;
const ROUNDED_S = 0.001; // a marker's time may lie that far beyond its own frame's

export class Trend {
  // box: the element to fill. live: the newest readings (a Series); stored: the server's (TrendData).
  constructor(box, live, stored) {
    Object.assign(this, { box, live, stored, windowS: 60, edgesFixed: null, end: null, growing: true });
    Object.assign(this, { limits: null, markers: [], moment: null, windows: null, flags: [] });
    new ResizeObserver(() => this.plot.setSize(size(box))).observe(box);
    this.build();
  }

  // Colours come from the style sheet, so a change of theme builds the plot anew.
  build() {
    this.plot?.destroy();
    this.colour = colours();
    this.plot = new window.uPlot(this.options(), this.columns(), this.box);
  }

  // Everything there is, as far as it is known.
  extent() {
    const rows = this.live.rows;
    const [first, last] = this.stored.extent ?? [rows[0]?.x ?? 0, rows.at(-1)?.x ?? 0];
    return [Math.min(first, rows[0]?.x ?? first), Math.max(last, this.growing ? this.end ?? last : last)];
  }

  edges() {
    if (this.edgesFixed) return this.edgesFixed;
    if (this.windowS !== "session") return [(this.end ?? this.windowS) - this.windowS, this.end ?? this.windowS];
    const [first, last] = this.extent();
    return [first, Math.max(last, first + 10)];
  }

  // A window that follows the newest reading comes from memory, any other from the server.
  columns() {
    const [from, to] = this.edges();
    let columns;
    if (this.fromMemory()) columns = this.live.window(from, to, this.windowS <= 60 ? 0.01 : this.windowS / POINTS);
    else columns = this.stored.columns(from, to, this.box.clientWidth, this.growing);
    this.grades = columns[6];
    return columns.slice(0, 6);
  }

  fromMemory() {
    return this.growing && !this.edgesFixed && this.windowS !== "session";
  }

  // end: the right edge of the axis, s; null before the first reading.
  draw(end = this.end) {
    this.end = end;
    const columns = this.columns();
    this.box.classList.toggle("empty", !columns[1].some((value) => value !== null));
    this.box.dataset.empty = text.trendEmpty;
    this.box.dataset.points = columns[1].filter((value) => value !== null).length;
    [this.box.dataset.from, this.box.dataset.to] = this.edges();
    this.plot.setData(columns);
  }

  // seconds: a length, or "session". It follows the newest reading, or, where nothing grows, lies around the moment.
  show(seconds) {
    this.windowS = seconds;
    const about = this.moment ?? this.extent()[0];
    const around = seconds === "session" ? null : [about - seconds / 2, about + seconds / 2];
    this.edgesFixed = this.growing || !around ? null : clamped(around, this.extent());
    this.draw();
  }

  fix(edges) {
    this.edgesFixed = clamped(edges, this.extent());
    this.draw();
  }

  pan(share) {
    const [from, to] = this.edges();
    this.fix(panned([from, to], share * (to - from)));
  }

  zoom(factor, about) {
    const [from, to] = this.edges();
    this.fix(zoomed([from, to], factor, about ?? this.moment ?? (from + to) / 2));
  }

  // The moment in view, or null; it stays in sight unless the trend follows the newest reading.
  point(x) {
    this.moment = x;
    if (x !== null && this.edgesFixed) this.edgesFixed = clamped(revealing(this.edgesFixed, x), this.extent());
    this.draw();
  }

  // The marker whose flag lies at this place of the box (px), or null.
  flagAt(left, top) {
    const inset = this.plot.bbox.top / (window.devicePixelRatio || 1);
    if (top > inset + 22) return null;
    return this.flags.findLast((flag) => left >= flag.left - 3 && left <= flag.right)?.id ?? null;
  }

  widthPx() {
    return this.plot.bbox.width / (window.devicePixelRatio || 1);
  }

  // Axis seconds under a place of the box (px).
  at(left) {
    return this.plot.posToVal(left - this.plot.bbox.left / (window.devicePixelRatio || 1), "x");
  }

  over(plot) {
    const { colour, font } = this;
    marks.strip(plot, this.grades, colour);
    marks.limits(plot, this.limits, colour, font);
    this.flags = marks.flags(plot, this.markers, colour, font);
    marks.moment(plot, this.moment, colour);
  }

  top(high) {
    const limit = Math.max(this.limits?.high_pct ?? 0, this.limits?.low_pct ?? 0);
    const wanted = limit <= LIMIT_IN_SIGHT * high ? Math.max(high, limit) : high;
    return TOPS.find((top) => top >= wanted * 1.08) ?? 100;
  }

  options() {
    const { colour } = this;
    const ratio = window.devicePixelRatio || 1;
    const family = getComputedStyle(document.body).fontFamily;
    this.font = `${13 * ratio}px ${family}`;
    const axis = { stroke: colour.axis, font: `13px ${family}`, grid: { stroke: colour.grid, width: 1 }, ticks: { show: false } };
    const percents = (_, ticks) => ticks.map((value) => `${value} %`);
    const points = { show: false, filter: alone, size: 5, fill: colour.line };
    const bound = { stroke: "transparent", points: { show: false } };
    return {
      ...size(this.box),
      padding: [10, 30, 0, 4],
      legend: { show: false },
      cursor: { show: false },
      select: { show: false },
      scales: { x: { time: false, range: () => this.edges() }, y: { range: (_, low, high) => [0, this.top(high ?? 0)] } },
      series: [{}, { stroke: colour.line, width: 2, points }, bound, bound, bound, bound],
      bands: [{ series: [3, 2], fill: colour.band }, { series: [5, 4], fill: colour.spread }],
      axes: [{ ...axis, size: 28, space: 90, incrs: STEPS_S, values: times }, { ...axis, size: 48, space: 26, values: percents }],
      hooks: { drawClear: [(plot) => marks.shades(plot, this.windows, colour)], draw: [(plot) => this.over(plot)] },
    };
  }

  // The plot as a picture with a title, and all markers in it by name, for a document: a canvas.
  picture(title) {
    const from = this.plot.ctx.canvas;
    const ratio = window.devicePixelRatio || 1;
    const [first, last] = this.edges();
    const lines = this.markers.filter(({ x }) => x >= first && x <= last + ROUNDED_S).map(text.markerLine);
    const height = from.height + (36 + 20 * lines.length) * ratio;
    const canvas = Object.assign(document.createElement("canvas"), { width: from.width, height });
    const ctx = canvas.getContext("2d");
    ctx.fillStyle = this.colour.panel;
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    ctx.fillStyle = this.colour.text;
    ctx.font = `600 ${16 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
    ctx.fillText(title, 14 * ratio, 25 * ratio);
    ctx.drawImage(from, 0, 36 * ratio);
    ctx.font = this.font;
    lines.forEach((line, i) => ctx.fillText(line, 14 * ratio, from.height + (46 + 20 * i) * ratio));
    return canvas;
  }
}

// A value between two gaps makes no line, so it is drawn as a dot.
function alone(plot, index) {
  const values = plot.data[index];
  const empty = (i) => values[i] === null || values[i] === undefined;
  return values.flatMap((_, i) => (!empty(i) && empty(i - 1) && empty(i + 1) ? [i] : []));
}

function size(box) {
  return { width: Math.max(box.clientWidth, 100), height: Math.max(box.clientHeight, 60) };
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  return {
    line: colour("--signal"), band: colour("--band"), spread: colour("--spread"), grid: colour("--line"), axis: colour("--muted"),
    text: colour("--ink"), panel: colour("--panel"), poor: colour("--poor"), bad: colour("--bad"),
    mark: colour("--mark"), onMark: colour("--on-state"), window: colour("--window"),
  };
}

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, HOUR_S, 2 * HOUR_S, 4 * HOUR_S, 6 * HOUR_S, 12 * HOUR_S];

// Seconds are told where they differ from tick to tick; before the start of a recording there is no time.
function times(_, ticks) {
  const fine = ticks.length > 1 && ticks[1] - ticks[0] < 60;
  return ticks.map((x) => (x < 0 ? "" : x > 1e8 && !fine ? text.clock(x).slice(0, 5) : text.clock(x)));
}
