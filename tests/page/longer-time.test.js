// A longer time to compare before and after.

import assert from "node:assert/strict";
import { test } from "node:test";
import { longerTime } from "../../stream/view/static/state/longer-time.js";

const OFFERED = [30, 60, 120, 300];

test("the next longer time is suggested, if the session has it", () => {
  assert.equal(longerTime(OFFERED, 60, 1000), 120);
  assert.equal(longerTime(OFFERED, 60, 119), null);
  assert.equal(longerTime(OFFERED, 300, 1000), null);
  assert.equal(longerTime(OFFERED, 60, null), null);
});
