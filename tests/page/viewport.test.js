// The edges of the trend.

import assert from "node:assert/strict";
import { test } from "node:test";
import { clamped, endsInPast, isHidden, panned, zoomed } from "../../stream/view/static/plot/viewport.js";

test("a zoom leaves its moment at its place", () => {
  assert.deepEqual(zoomed([0, 100], 0.5, 25), [12.5, 62.5]);
  assert.deepEqual(zoomed([0, 2], 0.5, 1), [0, 2]); // no shorter than that
});

test("the stretch stays within the session", () => {
  assert.deepEqual(clamped([-50, 50], [0, 1000]), [0, 100]);
  assert.deepEqual(clamped([950, 1050], [0, 1000]), [900, 1000]);
  assert.deepEqual(clamped([-500, 5000], [0, 1000]), [0, 1000]);
});

test("a moment outside the stretch is hidden, unless the stretch follows and will reach it", () => {
  assert.equal(isHidden([0, 100], 50, false), false);
  assert.equal(isHidden([0, 100], 500, false), true);
  assert.equal(isHidden([0, 100], 100.1, true), false);
  assert.equal(isHidden([0, 100], -1, true), true);
});

test("panning moves both edges", () => {
  assert.deepEqual(panned([0, 100], -5), [-5, 95]);
});

test("a trend that ends before now ends in the past", () => {
  assert.equal(endsInPast([0, 60], [0, 62]), true);
  assert.equal(endsInPast([0, 60], [0, 60.5]), false);
  assert.equal(endsInPast([0, 90], [0, 60]), false); // some of it is still to come
});
