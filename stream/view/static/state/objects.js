// Where the names of objects stand in a picture: at most one for each, and only those that have room. Pure.

import { bounds } from "./regions.js";

/**
 * Place the names of objects that have room, the first objects first: a name is at most half as long as its object, which
 * stays in sight, lies within the picture, and covers no other name.
 * @param {{name: string, polygon: number[]}[]} objects polygon: [x, y, x, y, …] in pixels of the full frame
 * @param {{width: number, height: number}} frame in its own pixels
 * @param {{scale: number, left: number, top: number}} place of the frame in the canvas
 * @param {(name: string) => {width: number, height: number}} sizeOf a name, in pixels of the canvas
 * @returns {{name: string, x: number, y: number, width: number, height: number}[]} boxes in pixels of the canvas
 */
export function namesWithRoom(objects, frame, { scale, left, top }, sizeOf) {
  const boxes = [];
  for (const { name, polygon } of objects) {
    const { width, height } = sizeOf(name);
    const of = bounds(polygon);
    if (Math.max(of.right - of.left, of.bottom - of.top) * scale < 2 * width) continue;
    const [x, y] = middle(polygon);
    const box = {
      name,
      x: within(left + x * scale - width / 2, left, left + frame.width * scale - width),
      y: within(top + y * scale - height / 2, top, top + frame.height * scale - height),
      width,
      height,
    };
    if (!boxes.some((other) => overlap(box, other))) boxes.push(box);
  }
  return boxes;
}

/** Return a point inside an outline: at half its height, the middle of its widest part there. */
export function middle(outline) {
  const { left, right, top, bottom } = bounds(outline);
  const y = (top + bottom) / 2;
  const crossings = [];
  for (let i = 0, j = outline.length - 2; i < outline.length; j = i, i += 2) {
    const [xi, yi, xj, yj] = [outline[i], outline[i + 1], outline[j], outline[j + 1]];
    if (yi > y !== yj > y) crossings.push(xi + ((xj - xi) * (y - yi)) / (yj - yi));
  }
  crossings.sort((a, b) => a - b);
  let [from, to] = crossings.length ? crossings : [left, right]; // a line without height crosses nothing
  for (let i = 2; i + 1 < crossings.length; i += 2) {
    if (crossings[i + 1] - crossings[i] > to - from) [from, to] = [crossings[i], crossings[i + 1]];
  }
  return [(from + to) / 2, y];
}

const within = (value, least, most) => Math.max(least, Math.min(value, most));

const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
