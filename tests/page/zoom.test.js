// A part of the picture, enlarged.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isZoomed, moved, placed, WHOLE, zoomedAt } from "../../stream/view/static/state/zoom.js";

const FRAME = { width: 1920, height: 1080 };
const shareAt = (zoom, x, y) => {
  const { scale, left, top } = placed(zoom, FRAME, 960, 600);
  return [(x - left) / scale / FRAME.width, (y - top) / scale / FRAME.height];
};

test("the whole picture lies in the middle, as large as it goes", () => {
  assert.deepEqual(placed(WHOLE, FRAME, 960, 600), { scale: 0.5, left: 0, top: 30 });
  assert.equal(isZoomed(WHOLE), false);
});

test("the point under the pointer stays under it", () => {
  let zoom = zoomedAt(WHOLE, 4, [0.5, 0.5]);
  const before = shareAt(zoom, 300, 200);
  zoom = zoomedAt(zoom, 1.5, before);
  const after = shareAt(zoom, 300, 200);
  assert.ok(Math.hypot(after[0] - before[0], after[1] - before[1]) < 1e-9);
  assert.equal(isZoomed(zoom), true);
});

test("no edge of the picture is drawn into view", () => {
  let zoom = zoomedAt(WHOLE, 3, [0, 0]);
  zoom = moved(zoom, -5, -5);
  assert.deepEqual([placed(zoom, FRAME, 960, 600).left, placed(zoom, FRAME, 960, 600).top], [0, 0]);
  const { scale, left } = placed(moved(zoom, 5, 5), FRAME, 960, 600);
  assert.ok(Math.abs(left + FRAME.width * scale - 960) < 1e-6);
});

test("it goes no further than sixteen times, and back to the whole", () => {
  let zoom = zoomedAt(WHOLE, 1000, [0.2, 0.7]);
  assert.equal(zoom.times, 16);
  zoom = zoomedAt(zoom, 1 / 1000, [0.9, 0.1]);
  assert.deepEqual(zoom, WHOLE);
});
