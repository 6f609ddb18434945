// Which part of a picture is shown: how many times enlarged, around which point. Pure.

import { fit } from "./regions.js";

const MOST = 16; // times; a capillary is some 10 px wide

/** The whole picture: x and y, of the point in the middle, are shares of its width and height. */
export const WHOLE = { times: 1, x: 0.5, y: 0.5 };

/** Return whether less than the whole is shown. */
export const isZoomed = (zoom) => zoom.times > 1;

/**
 * Place a frame in a box.
 * @param {{times: number, x: number, y: number}} zoom
 * @param {{width: number, height: number}} frame in its own pixels
 * @param {number} width of the box, as for height in its own pixels
 * @param {number} height
 * @returns {{scale: number, left: number, top: number}} box pixels per frame pixel, and the frame's corner in the box
 */
export function placed(zoom, frame, width, height) {
  const scale = fit(frame, width, height).scale * zoom.times;
  return {
    scale,
    left: start(zoom.x, frame.width * scale, width),
    top: start(zoom.y, frame.height * scale, height),
  };
}

/** Return the zoom by a factor more; the point of the frame at [x, y], in shares, stays at its place in the box. */
export function zoomedAt(zoom, factor, [x, y]) {
  const times = Math.min(Math.max(zoom.times * factor, 1), MOST);
  const by = zoom.times / times;
  return kept({ times, x: x + (zoom.x - x) * by, y: y + (zoom.y - y) * by });
}

/** Return the zoom moved by shares of the frame's width and height. */
export const moved = (zoom, dx, dy) => kept({ ...zoom, x: zoom.x + dx, y: zoom.y + dy });

// A frame that fills the box has no edge inside it; one that does not lies in the middle.
function start(centre, size, box) {
  return size <= box ? (box - size) / 2 : Math.min(Math.max(box / 2 - centre * size, box - size), 0);
}

// The middle of what is shown stays half of it away from the frame's edges.
function kept({ times, x, y }) {
  const half = 0.5 / times;
  const within = (value) => Math.min(Math.max(value, half), 1 - half);
  return { times, x: within(x), y: within(y) };
}
