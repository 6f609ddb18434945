// Density that falls in a sharp and still picture means pressure on the skin.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isPressed } from "../../stream/view/static/state/pressure.js";

const rows = (densities, grade = () => 0) => densities.map((density, i) => ({ x: i / 2, density, grade: grade(i) }));
const falling = [8, 8, 8, 8, 8, 8, 8, 8, 6, 5, 4, 4, 4, 4, 4, 4];

test("a fall within seconds is pressure", () => {
  assert.equal(isPressed(rows(falling)), true);
});

test("a density that stays, or falls a little, is not", () => {
  assert.equal(isPressed(rows(falling.map(() => 4))), false);
  assert.equal(isPressed(rows(falling.map((density) => 8 + density / 4))), false);
  assert.equal(isPressed([]), false);
});

test("a picture that was not good all along says nothing about pressure", () => {
  assert.equal(isPressed(rows(falling, (i) => (i === 8 || i === 9 ? 1 : 0))), false);
});
