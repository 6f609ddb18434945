// A measure beside density is written with its unit and interval, as the server describes it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { label, value } from "../../stream/view/static/text/measures.js";

const VELOCITY = {
  keys: ["velocity_um_per_s", "velocity_low_um_per_s", "velocity_high_um_per_s"],
  label: "red cell velocity",
  unit: "µm/s",
  digits: 0,
};
const LOOPS = { keys: ["loops"], label: "loops", unit: "", digits: 0 };

test("a value has its unit, and its interval if there is one", () => {
  const values = { velocity_um_per_s: 310.04, velocity_low_um_per_s: 290, velocity_high_um_per_s: 330, loops: 4 };
  assert.equal(value(VELOCITY, values), "310 µm/s (290 – 330)");
  assert.equal(value(LOOPS, values), "4");
  assert.equal(label(VELOCITY), "Red cell velocity");
});

test("a frame in which it was not measured, and no current frame at all, have no value", () => {
  assert.equal(value(VELOCITY, { loops: 4 }), "––");
  assert.equal(value(VELOCITY, undefined), "––");
});
