// How outlines are drawn over a picture. Pure drawing.

import { namesWithRoom } from "../state/objects.js";

const HATCH_PX = 12; // from line to line, along an edge of the picture
const NAME_PX = 13;
const NAME_MARGIN_PX = 5;
const HALO = "rgba(0, 0, 0, 0.55)";
const LABEL_GROUND = "rgba(8, 13, 18, 0.85)";
const POINTED = "#fff";
const CROSS_PX = 9; // from the middle of a cross to its ends

/**
 * Draw the outlines of a picture: unbroken in the colour of a good one; on any other picture they count for nothing,
 * and are broken in the colour of doubt. The one under the pointer is drawn on top, with its score beside it.
 * @param {CanvasRenderingContext2D} ctx
 * @param {{regions: number[][], scores: ?number[], quality: string}} header
 * @param {{scale: number, left: number, top: number, ratio: number}} place of the picture in the canvas
 * @param {?number} pointed the index of the region under the pointer
 * @param {CSSStyleDeclaration} style has the colours and the font
 */
export function drawOutlines(ctx, header, place, pointed, style) {
  const { ratio } = place;
  const paths = header.regions.map((outline) => pathOf(outline, place));
  const good = header.quality === "good";
  const all = new Path2D();
  for (const path of paths) all.addPath(path);
  ctx.lineJoin = "round";
  stroke(ctx, all, HALO, 3 * ratio);
  ctx.setLineDash(good ? [] : [4 * ratio, 4 * ratio]);
  stroke(ctx, all, style.getPropertyValue(good ? "--outline" : "--doubt"), 1.5 * ratio);
  ctx.setLineDash([]);
  if (!paths[pointed]) return;
  stroke(ctx, paths[pointed], HALO, 6 * ratio);
  stroke(ctx, paths[pointed], POINTED, 3 * ratio);
  const score = header.scores?.[pointed];
  if (score !== undefined) drawScore(ctx, score, header.regions[pointed], place, style);
}

/**
 * Draw crosses at points of the frame, and a line between two.
 * @param {CanvasRenderingContext2D} ctx
 * @param {number[][]} points [x, y] in pixels of the frame
 * @param {{scale: number, left: number, top: number, ratio: number}} place of the picture in the canvas
 */
export function drawMarks(ctx, points, { scale, left, top, ratio }) {
  const path = new Path2D();
  const at = points.map(([x, y]) => [left + x * scale, top + y * scale]);
  at.forEach(([x, y], index) => {
    for (const [dx, dy] of [
      [CROSS_PX * ratio, 0],
      [0, CROSS_PX * ratio],
    ]) {
      path.moveTo(x - dx, y - dy);
      path.lineTo(x + dx, y + dy);
    }
    if (index === 0) return;
    path.moveTo(...at[index - 1]);
    path.lineTo(x, y);
  });
  stroke(ctx, path, HALO, 4 * ratio);
  stroke(ctx, path, POINTED, 1.5 * ratio);
}

/**
 * Hatch what is not tissue, and write its name if there is room: lines, where a capillary has an outline and nothing in
 * it.
 * @param {CanvasRenderingContext2D} ctx
 * @param {{objects: {name: string, polygon: number[]}[], width: number, height: number}} header
 * @param {{scale: number, left: number, top: number, ratio: number}} place of the picture in the canvas
 * @param {CSSStyleDeclaration} style has the colour and the font
 */
export function drawObjects(ctx, header, place, style) {
  const { ratio } = place;
  const colour = style.getPropertyValue("--object");
  const all = new Path2D();
  for (const { polygon } of header.objects) all.addPath(pathOf(polygon, place));
  ctx.save();
  ctx.clip(all);
  const lines = hatching(header, place);
  stroke(ctx, lines, HALO, 3.5 * ratio);
  stroke(ctx, lines, colour, 1.5 * ratio);
  ctx.restore();
  stroke(ctx, all, HALO, 2 * ratio);
  stroke(ctx, all, colour, ratio);
  drawNames(ctx, header, place, style);
}

/** Return lines all over the picture, from the lower left to the upper right. */
function hatching({ width, height }, { scale, left, top, ratio }) {
  const path = new Path2D();
  const [right, bottom] = [left + width * scale, top + height * scale];
  for (let x = left - (bottom - top); x < right; x += HATCH_PX * ratio) {
    path.moveTo(x, bottom);
    path.lineTo(x + bottom - top, top);
  }
  return path;
}

function drawNames(ctx, header, place, style) {
  const { ratio } = place;
  ctx.font = `600 ${NAME_PX * ratio}px ${style.fontFamily}`;
  const margin = NAME_MARGIN_PX * ratio;
  const height = (NAME_PX + NAME_MARGIN_PX) * ratio;
  const sizeOf = (name) => ({ width: ctx.measureText(name).width + 2 * margin, height });
  for (const { name, x, y, width } of namesWithRoom(header.objects, header, place, sizeOf)) {
    ctx.fillStyle = LABEL_GROUND;
    ctx.fillRect(x, y, width, height);
    ctx.fillStyle = style.getPropertyValue("--object");
    ctx.fillText(name, x + margin, y + height - margin);
  }
}

/** Write the score of a region to its right, within the picture. */
function drawScore(ctx, score, outline, { scale, left, top, ratio }, style) {
  const rightmost = Math.max(...outline.filter((_, i) => i % 2 === 0));
  const x = Math.min(left + rightmost * scale + 8 * ratio, ctx.canvas.width - 60 * ratio);
  const y = Math.max(top + outline[1] * scale, 24 * ratio);
  ctx.font = `600 ${16 * ratio}px ${style.fontFamily}`;
  ctx.fillStyle = LABEL_GROUND;
  ctx.fillRect(x, y - 19 * ratio, 50 * ratio, 26 * ratio);
  ctx.fillStyle = POINTED;
  ctx.fillText(score.toFixed(2), x + 7 * ratio, y);
}

function pathOf(outline, { scale, left, top }) {
  const path = new Path2D();
  for (let i = 0; i + 1 < outline.length; i += 2) path.lineTo(left + outline[i] * scale, top + outline[i + 1] * scale);
  path.closePath();
  return path;
}

function stroke(ctx, path, colour, width) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke(path);
}
