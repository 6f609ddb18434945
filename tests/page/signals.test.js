// Signals of other devices: when the server is asked, and what is said of them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isDue, newestOf } from "../../stream/view/static/plot/signals.js";
import { name, said, value } from "../../stream/view/static/text/signals.js";

const pressure = { signal: "monitor", channel: "mean", unit: "mm[Hg]", x: [1, 2, 3], value: [71.5, 72.25, null] };

test("a stretch is asked for once, and one that moves once a second; rarely if there is no signal", () => {
  assert.equal(isDue([0, 60], null, null, false), true);
  assert.equal(isDue([0, 60], [0, 60], 99_000, true), false);
  assert.equal(isDue([1, 61], [0, 60], 900, true), false);
  assert.equal(isDue([1, 61], [0, 60], 1100, true), true);
  assert.equal(isDue([1, 61], [0, 60], 1100, false), false);
  assert.equal(isDue([1, 61], [0, 60], 5100, false), true);
});

test("the newest value is said, with unit and time", () => {
  assert.deepEqual(newestOf(pressure), { x: 2, value: 72.25 });
  assert.equal(newestOf({ x: [1], value: [null] }), null);
  assert.equal(name(pressure), "monitor: mean (mm[Hg])");
  assert.match(said(pressure, newestOf(pressure)), /^monitor: mean \(mm\[Hg\]\): 72.25 at /);
  assert.equal(said(pressure, null), "monitor: mean (mm[Hg]): no value in this window");
});

test("a number is short and exact", () => {
  assert.deepEqual([71.5, 0.1 + 0.2, 1234567].map(value), ["71.5", "0.3", "1234570"]);
});
