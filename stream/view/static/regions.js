// Outlines as flat [x, y, x, y, …] in full-frame pixels: where they lie. Pure.

// A frame of that size, as large as it goes in the middle of a box: scale, and the left and top edge.
export function fit({ width, height }, boxWidth, boxHeight) {
  const scale = Math.min(boxWidth / width, boxHeight / height);
  return { scale, left: (boxWidth - width * scale) / 2, top: (boxHeight - height * scale) / 2 };
}

export function bounds(outline) {
  const xs = outline.filter((_, i) => i % 2 === 0);
  const ys = outline.filter((_, i) => i % 2 === 1);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

// Whether a point lies inside, by the parity of the edges to its right.
export function inside(outline, x, y) {
  let within = false;
  for (let i = 0, j = outline.length - 2; i < outline.length; j = i, i += 2) {
    const [xi, yi, xj, yj] = [outline[i], outline[i + 1], outline[j], outline[j + 1]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
  }
  return within;
}

const NEAR_PX = 14; // a thin capillary is hard to hit

// The region at a point of the frame: the smallest that holds it, else the smallest whose box is near; null for none.
export function at(regions, x, y) {
  const boxes = regions.map(bounds);
  const size = (i) => (boxes[i].right - boxes[i].left) * (boxes[i].bottom - boxes[i].top);
  const near = ({ left, top, right, bottom }) =>
    x > left - NEAR_PX && x < right + NEAR_PX && y > top - NEAR_PX && y < bottom + NEAR_PX;
  const close = regions.map((_, i) => i).filter((i) => near(boxes[i])).sort((a, b) => size(a) - size(b));
  return close.find((i) => inside(regions[i], x, y)) ?? close[0] ?? null;
}
