// The trend: density with its interval band, gaps if nothing was good, and what is marked over it.
// Knows uPlot and where its columns come from, not the status.

import { markerLine } from "../text/markers.js";
import * as words from "../text/trend.js";
import { topPct } from "./axis.js";
import * as marks from "./marks.js";
import { plotOptions } from "./options.js";
import { snapshot } from "./snapshot.js";
import { plotStyle } from "./style.js";
import { around, clamped, endsInPast, isHidden, panned, zoomed } from "./viewport.js";

const FINEST_WINDOW_S = 60; // up to this length every reading is drawn
const FINEST_STEP_S = 0.01;
const ROWS = 900; // of longer windows
const SHORTEST_SESSION_S = 10;
const ROUNDED_S = 0.001; // a marker's time may lie that far beyond its own frame's
const WINDOW_PIXELS = 1000;
const FASTEST_MS = 200;
const SLOWEST_MS = 2000;
const LINE_MARGIN_PX = 5;
const FLAG_MARGIN_PX = 3;
const ratio = () => window.devicePixelRatio || 1;

export class Trend {
  /** The length that is shown, in s, or "session". */
  windowS = 60;
  /** The stretch that a person chose, [from, to]; null if the trend follows the newest reading. */
  fixedEdges = null;
  /** Whether readings still come. */
  growing = true;
  /** The alarm limits in force, or null. */
  limits = null;
  /** Markers, by time. */
  markers = [];
  /** The two windows of a before/after, or null. */
  windows = null;

  #box;
  #live;
  #stored;
  #plot = null;
  #style = null;
  #grades = [];
  #flags = [];
  #limitLines = [];
  #moment = null;
  #end = null; // the right edge of the axis, s; null before the first reading

  /**
   * @param {HTMLElement} box the element to fill
   * @param {import("./series.js").Series} live the newest readings
   * @param {import("./stored-trend.js").StoredTrend} stored those that the server keeps
   */
  constructor(box, live, stored) {
    this.#box = box;
    this.#live = live;
    this.#stored = stored;
    new ResizeObserver(() => this.#plot.setSize(sizeOf(box))).observe(box);
    this.build();
  }

  /** Build the plot anew: its colours come from the theme that is shown. */
  build() {
    this.#plot?.destroy();
    this.#style = plotStyle();
    const options = plotOptions(this.#style, sizeOf(this.#box), {
      edges: () => this.edges(),
      top: (highest) => topPct(highest, this.limits),
      drawUnder: (plot) => marks.drawWindows(plot, this.windows, this.#style),
      drawOver: (plot) => this.#drawOver(plot),
    });
    this.#plot = new window.uPlot(options, this.#columns(), this.#box);
  }

  /** Return the first and last time there is, as far as it is known. */
  extent() {
    const rows = this.#live.rows;
    const [first, last] = this.#stored.extent ?? [rows[0]?.x ?? 0, rows.at(-1)?.x ?? 0];
    return [Math.min(first, rows[0]?.x ?? first), Math.max(last, this.growing ? (this.#end ?? last) : last)];
  }

  /** Return the stretch that is shown. */
  edges() {
    if (this.fixedEdges) return this.fixedEdges;
    if (this.windowS !== "session") {
      const end = this.#end ?? this.windowS;
      return [end - this.windowS, end];
    }
    const [first, last] = this.extent();
    return [first, Math.max(last, first + SHORTEST_SESSION_S)];
  }

  /**
   * Draw.
   * @param {?number} end the right edge of the axis, s; null before the first reading
   */
  draw(end = this.#end) {
    this.#end = end;
    const columns = this.#columns();
    const values = columns[1].filter((value) => value !== null);
    const { classList, dataset } = this.#box;
    classList.toggle("empty", values.length === 0);
    dataset.empty = words.empty;
    dataset.points = values.length;
    [dataset.from, dataset.to] = this.edges();
    this.#plot.setData(columns);
  }

  /**
   * Show a length: it follows the newest reading or, if nothing grows, lies around the moment in view.
   * @param {number|"session"} length in s
   */
  show(length) {
    this.windowS = length;
    const middle = this.#moment ?? this.extent()[0];
    const follows = this.growing || length === "session";
    this.fixedEdges = follows ? null : clamped(around(middle, length), this.extent());
    this.draw();
  }

  /** Show this stretch, whatever comes. */
  fix(edges) {
    this.fixedEdges = clamped(edges, this.extent());
    this.draw();
  }

  /** Show this stretch whole, with what of it is still to come. */
  reveal(edges) {
    const [first, last] = this.extent();
    this.fixedEdges = clamped(edges, [first, this.growing ? Math.max(last, edges[1]) : last]);
    this.draw();
  }

  /** Return the time at which the trend ends if that is in the past, else null: it follows the newest reading. */
  pastEnd() {
    const edges = this.edges();
    return this.growing && this.fixedEdges && endsInPast(edges, this.extent()) ? edges[1] : null;
  }

  /** Move by a share of the length. */
  pan(share) {
    const [from, to] = this.edges();
    this.fix(panned([from, to], share * (to - from)));
  }

  /** Change the length by a factor, around a moment: this one, else the one in view, else the middle. */
  zoom(factor, about) {
    const [from, to] = this.edges();
    this.fix(zoomed([from, to], factor, about ?? this.#moment ?? (from + to) / 2));
  }

  /** Mark the moment in view, or none (null), and move to it if it is out of sight. */
  point(x) {
    const edges = this.edges();
    this.#moment = x;
    if (x !== null && isHidden(edges, x, this.fixedEdges === null))
      this.fixedEdges = clamped(around(x, edges[1] - edges[0]), this.extent());
    this.draw();
    this.#describe(x);
  }

  /** Return the id of the first marker whose flag lies at this place of the box (px), or null. */
  flagAt(left, top) {
    return this.#flagAt(left, top)?.ids[0] ?? null;
  }

  /** Return what is to be said of this place of the box (px): the markers of a flag, a limit, or nothing. */
  tipAt(left, top) {
    const flag = this.#flagAt(left, top);
    if (flag) return flag.names.join("\n");
    const plotTop = this.#plot.bbox.top / ratio();
    const line = this.#limitLines.find((one) => Math.abs(one.top + plotTop - top) <= LINE_MARGIN_PX);
    return line ? words.limit(line.label) : "";
  }

  /** Return how long the line takes to move by about a pixel, as a window is some 1,000 pixels wide; 200 ms to 2 s. */
  pixelMs() {
    const pixelMs = this.windowS === "session" ? SLOWEST_MS : (this.windowS * 1000) / WINDOW_PIXELS;
    return Math.min(Math.max(pixelMs, FASTEST_MS), SLOWEST_MS);
  }

  /** Return the width of the plot, px. */
  widthPx() {
    return this.#plot.bbox.width / ratio();
  }

  /** Return the time under a place of the box (px), s. */
  at(left) {
    return this.#plot.posToVal(left - this.#plot.bbox.left / ratio(), "x");
  }

  /** Return the plot as a canvas with a title, and with all its markers by name. */
  picture(title) {
    const [first, last] = this.edges();
    const shown = this.markers.filter(({ x }) => x >= first && x <= last + ROUNDED_S);
    return snapshot(this.#plot.ctx.canvas, title, shown.map(markerLine), this.#style);
  }

  // A window that follows the newest reading comes from memory, any other from the server.
  #columns() {
    const [from, to] = this.edges();
    const follows = this.growing && !this.fixedEdges && this.windowS !== "session";
    const columns = follows
      ? this.#live.window(from, to, this.windowS <= FINEST_WINDOW_S ? FINEST_STEP_S : this.windowS / ROWS)
      : this.#stored.columns(from, to, this.#box.clientWidth, this.growing);
    this.#grades = columns[6];
    return columns.slice(0, 6);
  }

  #flagAt(left, top) {
    const inPlot = top - this.#plot.bbox.top / ratio();
    return this.#flags.findLast(
      (flag) => left >= flag.left - FLAG_MARGIN_PX && left <= flag.right && inPlot <= flag.bottom && inPlot >= flag.top,
    );
  }

  #drawOver(plot) {
    marks.drawStrip(plot, this.#grades, this.#style);
    this.#limitLines = marks.drawLimits(plot, this.limits, this.#style);
    this.#flags = marks.drawFlags(plot, this.markers, this.#style);
    marks.drawMoment(plot, this.#moment, this.#style);
  }

  // To those who hear the page the trend is a slider: its value is the moment in view.
  #describe(x) {
    const [first, last] = this.extent();
    this.#box.ariaValueMin = first;
    this.#box.ariaValueMax = last;
    this.#box.ariaValueNow = x ?? last;
    this.#box.ariaValueText = words.moment(x);
  }
}

function sizeOf(box) {
  return { width: Math.max(box.clientWidth, 100), height: Math.max(box.clientHeight, 60) };
}
