// The trend: density with its interval band, gaps where nothing was good, and a strip of what was not good below.
// Knows uPlot and the series, not the status.

import * as text from "./text.js";

const STRIP_PX = 6;
const TOPS = [2, 5, 10, 15, 20, 30, 40, 60, 80, 100];

export class Trend {
  // box: the element to fill. replay: the axis is media time, not the time of day.
  constructor(box, series, replay) {
    Object.assign(this, { box, series, replay, windowS: 300, end: null });
    new ResizeObserver(() => this.plot.setSize(size(box))).observe(box);
    this.build();
  }

  // Colours come from the style sheet, so a change of theme builds the plot anew.
  build() {
    this.plot?.destroy();
    this.plot = new window.uPlot(options(this.box, this.replay, () => this.edges()), this.columns(), this.box);
    this.colour = colours();
    this.plot.hooks.draw = [(plot) => this.strip(plot)];
    this.plot.redraw();
  }

  edges() {
    const end = this.end ?? this.windowS;
    return [end - this.windowS, end];
  }

  columns() {
    const columns = this.series.window(...this.edges());
    this.grades = columns[4];
    return columns.slice(0, 4);
  }

  // end: the right edge of the axis, s; null before the first reading.
  draw(end) {
    this.end = end;
    const columns = this.columns();
    this.box.classList.toggle("empty", !columns[1].some((value) => value !== null));
    this.box.dataset.empty = text.trendEmpty;
    this.box.dataset.points = columns[1].filter((value) => value !== null).length;
    this.plot.setData(columns);
  }

  // A low mark for poor, a full one for unusable and failed: told apart by height as well as by colour.
  strip(plot) {
    const { ctx, bbox, data } = plot;
    const ratio = window.devicePixelRatio || 1;
    const height = STRIP_PX * ratio;
    ctx.save();
    for (let i = 0; i < data[0].length; i++) {
      const grade = this.grades[i];
      if (!grade) continue;
      const left = plot.valToPos(data[0][i], "x", true);
      const next = i + 1 < data[0].length ? plot.valToPos(data[0][i + 1], "x", true) : left + ratio;
      const tall = grade === 1 ? height / 2 : height;
      ctx.fillStyle = grade === 1 ? this.colour.poor : this.colour.bad;
      ctx.fillRect(left, bbox.top + bbox.height - tall, Math.min(Math.max(next - left, ratio), 4 * ratio), tall);
    }
    ctx.restore();
  }
}

function size(box) {
  return { width: Math.max(box.clientWidth, 100), height: Math.max(box.clientHeight, 60) };
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  return {
    line: colour("--signal"), band: colour("--band"), grid: colour("--line"),
    text: colour("--muted"), poor: colour("--poor"), bad: colour("--bad"),
  };
}

function options(box, replay, edges) {
  const colour = colours();
  const font = "13px " + getComputedStyle(document.body).fontFamily;
  const axis = { stroke: colour.text, font, grid: { stroke: colour.grid, width: 1 }, ticks: { show: false } };
  return {
    ...size(box),
    padding: [10, 12, 0, 4],
    legend: { show: false },
    cursor: { show: false },
    select: { show: false },
    scales: {
      x: { time: false, range: () => edges() },
      y: { range: (_, low, high) => [0, TOPS.find((top) => top >= (high ?? 0) * 1.08) ?? 100] },
    },
    series: [
      {},
      { stroke: colour.line, width: 2, points: { show: false } },
      { stroke: "transparent", points: { show: false } },
      { stroke: "transparent", points: { show: false } },
    ],
    bands: [{ series: [3, 2], fill: colour.band }],
    axes: [
      { ...axis, size: 28, space: 90, incrs: STEPS, values: (_, ticks) => ticks.map(replay ? mediaTime : timeOfDay(ticks)) },
      { ...axis, size: 48, space: 34, values: (_, ticks) => ticks.map((value) => `${value} %`) },
    ],
  };
}

const STEPS = [5, 10, 15, 30, 60, 120, 300, 600, 900];
const two = (number) => String(number).padStart(2, "0");

function timeOfDay(ticks) {
  const seconds = ticks.length > 1 && ticks[1] - ticks[0] < 60;
  return (value) => {
    const time = new Date(value * 1000);
    return `${two(time.getHours())}:${two(time.getMinutes())}${seconds ? ":" + two(time.getSeconds()) : ""}`;
  };
}

function mediaTime(value) {
  if (value < 0) return "";
  return `${Math.floor(value / 60)}:${two(Math.floor(value % 60))}`;
}
