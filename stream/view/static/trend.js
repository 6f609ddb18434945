// The trend: density with its interval band, gaps where nothing was good, and a strip of what was not good below.
// Knows uPlot and the series, not the status.

import * as text from "./text.js";

const STRIP_PX = 6;
const POINTS = 900;
const TOPS = [2, 5, 10, 15, 20, 30, 40, 60, 80, 100];

export class Trend {
  // box: the element to fill. replay: the axis is media time, not the time of day.
  constructor(box, series, replay) {
    Object.assign(this, { box, series, replay, windowS: 60, end: null });
    new ResizeObserver(() => this.plot.setSize(size(box))).observe(box);
    this.build();
  }

  // Colours come from the style sheet, so a change of theme builds the plot anew.
  build() {
    this.plot?.destroy();
    this.colour = colours();
    this.plot = new window.uPlot(this.options(), this.columns(), this.box);
  }

  edges() {
    const end = this.end ?? this.windowS;
    return [end - this.windowS, end];
  }

  // A minute is drawn reading by reading, a longer window by about a point a pixel.
  columns() {
    const step = this.windowS <= 60 ? 0.01 : this.windowS / POINTS;
    const columns = this.series.window(...this.edges(), step);
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
      ctx.fillRect(left, bbox.top + bbox.height - tall, Math.min(Math.max(next - left, ratio), 6 * ratio), tall);
    }
    ctx.restore();
  }

  options() {
    const { colour, replay } = this;
    const font = "13px " + getComputedStyle(document.body).fontFamily;
    const axis = { stroke: colour.text, font, grid: { stroke: colour.grid, width: 1 }, ticks: { show: false } };
    const times = (_, ticks) => ticks.map(replay ? mediaTime : timeOfDay(ticks));
    const percents = (_, ticks) => ticks.map((value) => `${value} %`);
    const points = { show: false, filter: alone, size: 5, fill: colour.line };
    const bound = { stroke: "transparent", points: { show: false } };
    return {
      ...size(this.box),
      padding: [10, 30, 0, 4],
      legend: { show: false },
      cursor: { show: false },
      select: { show: false },
      scales: {
        x: { time: false, range: () => this.edges() },
        y: { range: (_, low, high) => [0, TOPS.find((top) => top >= (high ?? 0) * 1.08) ?? 100] },
      },
      series: [{}, { stroke: colour.line, width: 2, points }, bound, bound],
      bands: [{ series: [3, 2], fill: colour.band }],
      axes: [
        { ...axis, size: 28, space: 90, incrs: STEPS_S, values: times },
        { ...axis, size: 48, space: 34, values: percents },
      ],
      hooks: { draw: [(plot) => this.strip(plot)] },
    };
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
    line: colour("--signal"), band: colour("--band"), grid: colour("--line"),
    text: colour("--muted"), poor: colour("--poor"), bad: colour("--bad"),
  };
}

const STEPS_S = [5, 10, 15, 30, 60, 120, 300, 600, 900];
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
