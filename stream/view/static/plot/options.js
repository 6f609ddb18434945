// How uPlot draws the trend: series, bands, scales and axes. Knows uPlot, not what is marked over the line.

import { percentLabels, TICK_STEPS_S, timeLabels } from "./axis.js";

/**
 * Return uPlot's options for columns [x, density, low, high, min, max].
 * @param {object} style from `plotStyle`
 * @param {{width: number, height: number}} size in CSS pixels
 * @param {object} asked
 * @param {() => number[]} asked.edges the stretch of the time axis
 * @param {(highest: number) => number} asked.top the top of the density axis
 * @param {(plot: object) => void} asked.drawUnder draws below the line
 * @param {(plot: object) => void} asked.drawOver draws above the line
 */
export function plotOptions(style, size, { edges, top, drawUnder, drawOver }) {
  const axis = {
    stroke: style.axis,
    font: `${style.labelPx}px ${style.family}`,
    grid: { stroke: style.grid, width: 1 },
    ticks: { show: false },
  };
  const points = { show: false, filter: alone, size: 5, fill: style.line };
  const bound = { stroke: "transparent", points: { show: false } };
  return {
    ...size,
    padding: [10, 30, 0, 4],
    legend: { show: false },
    cursor: { show: false },
    select: { show: false },
    scales: { x: { time: false, range: edges }, y: { range: (_, _low, high) => [0, top(high ?? 0)] } },
    series: [{}, { stroke: style.line, width: 2, points }, bound, bound, bound, bound],
    bands: [
      { series: [3, 2], fill: style.band },
      { series: [5, 4], fill: style.spread },
    ],
    axes: [
      { ...axis, size: 28, space: 90, incrs: TICK_STEPS_S, values: (_, ticks) => timeLabels(ticks) },
      { ...axis, size: 48, space: 26, values: (_, ticks) => percentLabels(ticks) },
    ],
    hooks: { drawClear: [drawUnder], draw: [drawOver] },
  };
}

/** Return which values of a series stand alone: one between two gaps makes no line, so it is drawn as a dot. */
function alone(plot, index) {
  const values = plot.data[index];
  const isEmpty = (i) => values[i] === null || values[i] === undefined;
  return [...values.keys()].filter((i) => !isEmpty(i) && isEmpty(i - 1) && isEmpty(i + 1));
}
