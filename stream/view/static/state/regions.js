// Where the outlines of regions lie: each a flat [x, y, x, y, …] in pixels of the full frame. Pure.

const NEAR_PX = 14; // a thin capillary is hard to hit

/** Fit a frame into the middle of a box, as large as it goes. */
export function fit({ width, height }, boxWidth, boxHeight) {
  const scale = Math.min(boxWidth / width, boxHeight / height);
  return { scale, left: (boxWidth - width * scale) / 2, top: (boxHeight - height * scale) / 2 };
}

/** Return the box around an outline. */
export function bounds(outline) {
  const xs = outline.filter((_, i) => i % 2 === 0);
  const ys = outline.filter((_, i) => i % 2 === 1);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** Return whether a point lies inside an outline, by the parity of the edges to its right. */
function isInside(outline, x, y) {
  let inside = false;
  for (let i = 0, j = outline.length - 2; i < outline.length; j = i, i += 2) {
    const [xi, yi, xj, yj] = [outline[i], outline[i + 1], outline[j], outline[j + 1]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Return the index of the region at a point: the smallest that holds it, else the smallest near it, else null. */
export function regionAt(regions, x, y) {
  const boxes = regions.map(bounds);
  const area = (i) => (boxes[i].right - boxes[i].left) * (boxes[i].bottom - boxes[i].top);
  const isNear = ({ left, top, right, bottom }) =>
    x > left - NEAR_PX && x < right + NEAR_PX && y > top - NEAR_PX && y < bottom + NEAR_PX;
  const near = [...regions.keys()].filter((i) => isNear(boxes[i])).sort((a, b) => area(a) - area(b));
  return near.find((i) => isInside(regions[i], x, y)) ?? near[0] ?? null;
}
