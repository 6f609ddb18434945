// What of a frame counts, and how far the next picture is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isGood, toNearestS } from "../../stream/view/static/state/frame.js";
import { apart, snapped } from "../../stream/view/static/text/evidence.js";

const FRAME = { status: "ok", quality: "good", density_pct: 4.9 };

test("only the density of a good frame counts", () => {
  assert.equal(isGood(FRAME), true);
  assert.equal(isGood({ ...FRAME, quality: "poor" }), false);
  assert.equal(isGood({ status: "failed", quality: null, density_pct: null }), false);
});

test("the way to the nearest picture is known if the frame has none", () => {
  const picture = { available: false, nearest_x: 88 };
  assert.equal(toNearestS({ x: 100, picture }), -12);
  assert.equal(toNearestS({ x: 100, picture: { ...picture, available: true } }), null);
  assert.equal(toNearestS({ x: 100, picture: { available: false, nearest_x: null } }), null);
});

test("how far a picture is from what was asked for is said in words", () => {
  assert.equal(snapped(-0.4), "Picture 0.4 s earlier");
  assert.equal(snapped(0.04), "");
  assert.equal(apart(72), "1 min 12 s later");
});
