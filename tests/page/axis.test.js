// The axes of the trend.

import assert from "node:assert/strict";
import { test } from "node:test";
import { timeLabels, topPct } from "../../stream/view/static/plot/axis.js";

process.env.TZ = "UTC";
const NOON_S = Date.UTC(2026, 0, 2, 12, 0, 0) / 1000;

test("the density axis ends at a round number above the line, and above a limit near it", () => {
  assert.equal(topPct(0, null), 2);
  assert.equal(topPct(9.5, null), 15);
  assert.equal(topPct(5, { high_pct: 9 }), 10);
  assert.equal(topPct(5, { high_pct: 60 }), 6); // so far above, it would squeeze the line
});

test("ticks have seconds only if they differ from tick to tick", () => {
  assert.deepEqual(timeLabels([NOON_S, NOON_S + 60]), ["12:00", "12:01"]);
  assert.deepEqual(timeLabels([NOON_S, NOON_S + 10]), ["12:00:00", "12:00:10"]);
  assert.deepEqual(timeLabels([-60, 0, 60]), ["", "0:00", "1:00"]); // nothing lies before a recording
});
