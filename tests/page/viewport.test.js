// The edges of the trend.

import assert from "node:assert/strict";
import { test } from "node:test";
import { clamped, panned, revealing, zoomed } from "../../stream/view/static/plot/viewport.js";

test("a zoom leaves its moment at its place", () => {
  assert.deepEqual(zoomed([0, 100], 0.5, 25), [12.5, 62.5]);
  assert.deepEqual(zoomed([0, 2], 0.5, 1), [0, 2]); // no shorter than that
});

test("the stretch stays within the session", () => {
  assert.deepEqual(clamped([-50, 50], [0, 1000]), [0, 100]);
  assert.deepEqual(clamped([950, 1050], [0, 1000]), [900, 1000]);
  assert.deepEqual(clamped([-500, 5000], [0, 1000]), [0, 1000]);
});

test("the moment in view stays in sight", () => {
  assert.deepEqual(revealing([0, 100], 50), [0, 100]);
  assert.deepEqual(revealing([0, 100], 500), [450, 550]);
});

test("panning moves both edges", () => {
  assert.deepEqual(panned([0, 100], -5), [-5, 95]);
});
