// What is drawn over the trend's line: markers, alarm limits, the moment in view, compared windows, and a strip for
// what was not good. Pure drawing: a `style` (see style.js) has the colours by name and the font.

import { limitLabels } from "../text/alarms.js";
import { markerName } from "../text/markers.js";
import { placedFlags } from "./flags.js";

const STRIP_PX = 6;
const FLAG_PX = 20;
const ROW_GAP_PX = 2;
const ROWS = 3;
const FAR_LEFT_PX = 200; // a flag that begins further left of the plot cannot reach into it
const SOLID = [];
const ratio = () => window.devicePixelRatio || 1;
const xOf = (plot, x) => plot.valToPos(x, "x", true);

/** Draw within the plot's box only. */
function within(plot, draw) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx, bbox);
  ctx.restore();
}

/**
 * Draw a strip along the foot: a low mark for poor, a tall one for unusable and failed, so that height tells them apart
 * as well as colour.
 * @param {number[]} grades per row: 0 good, 1 poor, 2 unusable, 3 failed
 */
export function drawStrip(plot, grades, style) {
  within(plot, (ctx, bbox) => {
    const xs = plot.data[0];
    const [first, last] = plot.series[0].idxs ?? [0, xs.length - 1];
    for (let i = first; i <= last; i++) {
      if (!grades[i]) continue;
      const left = xOf(plot, xs[i]);
      const next = i + 1 < xs.length ? xOf(plot, xs[i + 1]) : left + ratio();
      const width = Math.min(Math.max(next - left, ratio()), 6 * ratio());
      const poor = grades[i] === 1;
      const height = (poor ? STRIP_PX / 2 : STRIP_PX) * ratio();
      ctx.fillStyle = poor ? style.poor : style.bad;
      ctx.fillRect(left, bbox.top + bbox.height - height, width, height);
    }
  });
}

/**
 * Draw the density limits as dashed lines with their names.
 * @returns {{label: string, top: number}[]} the names and places of the lines, CSS pixels from the plot's top
 */
export function drawLimits(plot, limits, style) {
  const lines = [];
  within(plot, (ctx, bbox) => {
    for (const [name, label] of Object.entries(limitLabels)) {
      const value = limits?.[name] ?? null;
      if (value === null || value > plot.scales.y.max) continue;
      const y = plot.valToPos(value, "y", true);
      drawLine(ctx, [bbox.left, y, bbox.left + bbox.width, y], style.bad, [8, 6]);
      lines.push({ label: label(value), top: (y - bbox.top) / ratio() });
      const noRoomAbove = y - 20 * ratio() < bbox.top;
      write(ctx, label(value), bbox.left + 6 * ratio(), y + (noRoomAbove ? 16 : -5) * ratio(), style.bad, style.font);
    }
  });
  return lines;
}

/**
 * Draw markers as flags along the top, close ones in up to three rows; a site's measurement also as a bar.
 * @returns {{ids: number[], names: string[], left: number, right: number, top: number, bottom: number}[]} the flags and
 *   their edges, CSS pixels from the plot's left and top
 */
export function drawFlags(plot, markers, style) {
  const shown = [];
  within(plot, (ctx, bbox) => {
    const right = bbox.left + bbox.width;
    const seen = [];
    for (const marker of markers) {
      const x = xOf(plot, marker.x);
      const until = marker.until_x ? xOf(plot, marker.until_x) : x;
      if (until < bbox.left - FAR_LEFT_PX || x > right + ratio()) continue; // a marker's time is rounded
      drawLine(ctx, [x, bbox.top, x, bbox.top + bbox.height], style.mark, [2, 4]);
      ctx.fillStyle = style.window;
      if (until > x) ctx.fillRect(x, bbox.top, until - x, bbox.height);
      seen.push({ id: marker.id, name: markerName(marker), x });
    }
    const step = (FLAG_PX + ROW_GAP_PX) * ratio();
    const rows = Math.min(Math.max(Math.floor(bbox.height / 2 / step), 1), ROWS); // half of the height at most
    ctx.font = style.font;
    const measure = (label) => ctx.measureText(label).width + 12 * ratio();
    for (const { ids, names, label, left, width, row } of placedFlags(seen, right, rows, measure)) {
      drawFlag(ctx, label, left, width, bbox.top + row * step, style);
      const top = (row * step) / ratio();
      shown.push({ ids, names, left: left / ratio(), right: (left + width) / ratio(), top, bottom: top + FLAG_PX });
    }
  });
  return shown;
}

function drawFlag(ctx, label, left, width, top, style) {
  ctx.fillStyle = style.mark;
  ctx.fillRect(left, top, width, FLAG_PX * ratio());
  write(ctx, label, left + 6 * ratio(), top + 15 * ratio(), style.onMark, style.font);
}

/** Draw the moment in view: a line with a handle at its foot. */
export function drawMoment(plot, x, style) {
  if (x === null) return;
  within(plot, (ctx, bbox) => {
    ctx.fillStyle = style.text;
    ctx.fillRect(xOf(plot, x) - ratio(), bbox.top, 2 * ratio(), bbox.height);
    ctx.beginPath();
    ctx.arc(xOf(plot, x), bbox.top + bbox.height, 7 * ratio(), 0, 2 * Math.PI);
    ctx.fill();
  });
}

/** Shade the windows of a before/after, each [from, to]. */
export function drawWindows(plot, windows, style) {
  within(plot, (ctx, bbox) => {
    ctx.fillStyle = style.window;
    for (const [from, to] of windows ?? []) {
      ctx.fillRect(xOf(plot, from), bbox.top, xOf(plot, to) - xOf(plot, from), bbox.height);
    }
  });
}

function drawLine(ctx, [x1, y1, x2, y2], colour, dashes) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * ratio();
  ctx.setLineDash(dashes.map((length) => length * ratio()));
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
  ctx.setLineDash(SOLID);
}

function write(ctx, words, x, y, colour, font) {
  Object.assign(ctx, { font, fillStyle: colour, textAlign: "left", textBaseline: "alphabetic" });
  ctx.fillText(words, x, y);
}
