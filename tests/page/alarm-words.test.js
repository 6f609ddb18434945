// Alarms and their limits in words.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as words from "../../stream/view/static/text/alarms.js";

test("what was compared, in the unit of its kind", () => {
  assert.equal(words.comparison({ kind: "low", value: 2, limit: 4 }), "2.0 %, below 4.0 %");
  assert.equal(words.comparison({ kind: "fall", value: 41.2, limit: 30 }), "by 41 % of what it was, limit 30.0 %");
  assert.equal(words.comparison({ kind: "technical", cause: "disk", value: 300.2, limit: 500 }), "300 MB free");
  assert.equal(words.comparison({ kind: "signal", cause: "", value: 61, limit: 30 }), "for 1 min 1 s");
  assert.equal(words.comparison({ kind: "low", value: null, limit: 4 }), "");
});

test("which limits are set", () => {
  assert.equal(words.limitsInForce({ low_pct: 4, high_pct: 10.25 }), "Limits 4.0 % to 10.25 %");
  assert.equal(words.limitsInForce({ low_pct: 4, high_pct: null }), "Limit: below 4.0 %");
  assert.equal(words.limitsInForce({ high_pct: 10 }), "Limit: above 10.0 %");
  assert.equal(words.limitsInForce({}), "No density limits set");
});

test("what changed in the limits", () => {
  const before = { low_pct: null, high_pct: 10, hysteresis: 0.1, disk_free_mb: 500, over_s: 10 };
  const after = { low_pct: 4.5, high_pct: null, hysteresis: 0.2, disk_free_mb: 0, over_s: 10, latching: true };
  const said = "Low density below 4.5 %, High density off, end 20 % inside, Disk off, latching true";
  assert.equal(words.limitsChanged(before, after), said);
});
