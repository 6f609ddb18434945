// What is drawn over the trend's line: markers, alarm limits, the moment in view, compared windows, a strip of what was not good.
// Pure drawing: everything comes in as arguments.

import * as text from "./text.js";

const STRIP_PX = 6;
const FLAG_PX = 20;
const ratio = () => window.devicePixelRatio || 1;
const at = (plot, x) => plot.valToPos(x, "x", true);

function within(plot, draw) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx, bbox);
  ctx.restore();
}

// A low mark for poor, a full one for unusable and failed: told apart by height as well as by colour.
export function strip(plot, grades, colour) {
  within(plot, (ctx, bbox) => {
    const xs = plot.data[0];
    const height = STRIP_PX * ratio();
    const [first, last] = plot.series[0].idxs ?? [0, xs.length - 1];
    for (let i = first; i <= last; i++) {
      if (!grades[i]) continue;
      const left = at(plot, xs[i]);
      const next = i + 1 < xs.length ? at(plot, xs[i + 1]) : left + ratio();
      const tall = grades[i] === 1 ? height / 2 : height;
      ctx.fillStyle = grades[i] === 1 ? colour.poor : colour.bad;
      ctx.fillRect(left, bbox.top + bbox.height - tall, Math.min(Math.max(next - left, ratio()), 6 * ratio()), tall);
    }
  });
}

// Dashed lines with their names.
export function limits(plot, set, colour, font) {
  within(plot, (ctx, bbox) => {
    for (const [name, says] of Object.entries(text.limitNames)) {
      const value = set?.[name] ?? null;
      if (value === null || value > plot.scales.y.max) continue;
      const y = plot.valToPos(value, "y", true);
      dashed(ctx, [bbox.left, y, bbox.left + bbox.width, y], colour.bad, [8, 6]);
      const under = y - 20 * ratio() < bbox.top;
      words(ctx, says(value), bbox.left + 6 * ratio(), y + (under ? 16 : -5) * ratio(), colour.bad, font);
    }
  });
}

// Markers as flags along the top; a site's measurement as a bar. Returns where the flags are, for clicks: [{id, left, right}].
export function flags(plot, markers, colour, font) {
  const spots = [];
  within(plot, (ctx, bbox) => {
    let free = -Infinity;
    for (const marker of markers) {
      const x = at(plot, marker.x);
      const until = marker.until_x ? at(plot, marker.until_x) : x;
      if (until < bbox.left - 200 || x > bbox.left + bbox.width + ratio()) continue; // a marker's time is rounded
      dashed(ctx, [x, bbox.top, x, bbox.top + bbox.height], colour.mark, [2, 4]);
      ctx.fillStyle = colour.window;
      if (until > x) ctx.fillRect(x, bbox.top, until - x, bbox.height);
      const label = short(text.markerName(marker));
      const width = flagWidth(ctx, label, font);
      const left = Math.min(x, bbox.left + bbox.width - width); // at the right edge it flies to the left
      if (left < free) continue; // no room for its flag: the list of markers has it
      flag(ctx, label, left, width, bbox.top, colour, font);
      spots.push({ id: marker.id, left: left / ratio(), right: (left + width) / ratio() });
      free = left + width + 2 * ratio();
    }
  });
  return spots;
}

const short = (name) => (name.length > 18 ? name.slice(0, 17) + "…" : name);

function flagWidth(ctx, label, font) {
  ctx.font = font;
  return ctx.measureText(label).width + 12 * ratio();
}

function flag(ctx, label, x, width, top, colour, font) {
  ctx.fillStyle = colour.mark;
  ctx.fillRect(x, top, width, FLAG_PX * ratio());
  words(ctx, label, x + 6 * ratio(), top + 15 * ratio(), colour.onMark, font);
}

export function moment(plot, x, colour) {
  if (x === null) return;
  within(plot, (ctx, bbox) => {
    ctx.fillStyle = colour.text;
    ctx.fillRect(at(plot, x) - ratio(), bbox.top, 2 * ratio(), bbox.height);
    ctx.beginPath();
    ctx.arc(at(plot, x), bbox.top + bbox.height, 7 * ratio(), 0, 2 * Math.PI);
    ctx.fill();
  });
}

// The windows of a before/after, each [from, to].
export function shades(plot, windows, colour) {
  within(plot, (ctx, bbox) => {
    ctx.fillStyle = colour.window;
    for (const [from, to] of windows ?? []) ctx.fillRect(at(plot, from), bbox.top, at(plot, to) - at(plot, from), bbox.height);
  });
}

function dashed(ctx, [x1, y1, x2, y2], colour, pattern) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * ratio();
  ctx.setLineDash(pattern.map((length) => length * ratio()));
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
  ctx.setLineDash([]);
}

function words(ctx, said, x, y, colour, font) {
  Object.assign(ctx, { font, fillStyle: colour, textAlign: "left", textBaseline: "alphabetic" });
  ctx.fillText(said, x, y);
}
