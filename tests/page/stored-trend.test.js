// When columns from the server are good enough to be drawn once more, and when better ones are asked for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serves } from "../../stream/view/static/plot/stored-trend.js";

const PIXELS = 1000;
const kept = { from: 0, to: 300, pixels: 3000, reduced: true, extent: [0, 200], age: () => 0 };

test("what covers the stretch serves", () => {
  assert.equal(serves(kept, 100, 200, PIXELS, false), true);
  assert.equal(serves(null, 100, 200, PIXELS, false), false);
  assert.equal(serves(kept, -1, 99, PIXELS, false), false);
  assert.equal(serves(kept, 250, 350, PIXELS, false), false);
});

test("a closer look asks for finer rows, unless these are all there are", () => {
  assert.equal(serves(kept, 100, 160, PIXELS, false), false);
  assert.equal(serves({ ...kept, reduced: false }, 100, 160, PIXELS, false), true);
});

test("a stretch that still grows is asked for again, after a while", () => {
  const old = { ...kept, age: () => 2001 };
  assert.equal(serves(kept, 150, 250, PIXELS, true), true);
  assert.equal(serves(old, 150, 250, PIXELS, true), false);
  assert.equal(serves(old, 100, 200, PIXELS, true), true); // all of it is past
  assert.equal(serves(old, 150, 250, PIXELS, false), true);
});
