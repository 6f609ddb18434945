// The doses given last.

import assert from "node:assert/strict";
import { test } from "node:test";
import { dosesIn, withDose } from "../../stream/view/static/state/doses.js";

test("the newest dose comes first, each once, three of a kind", () => {
  let doses = dosesIn(null);
  for (const dose of ["100 ml", "250 ml", "100 ml", "500 ml", "50 ml"]) doses = withDose(doses, "bolus", dose);
  assert.deepEqual(doses, { bolus: ["50 ml", "500 ml", "100 ml"], fluid: [] });
  assert.deepEqual(dosesIn(JSON.stringify(doses)), doses);
});

test("what cannot be read counts as no dose", () => {
  for (const text of ["{", "null", "[]", '{"bolus": 3}', '{"bolus": [1]}'])
    assert.deepEqual(dosesIn(text), { bolus: [], fluid: [] });
});
