// The low limit that is offered.

import assert from "node:assert/strict";
import { test } from "node:test";
import { lowOffered } from "../../stream/view/static/state/limit-offer.js";

test("20 % below the density of now, to the tenth", () => {
  assert.deepEqual([6.25, 3.2, 10, 0].map(lowOffered), [5, 2.6, 8, 0]);
});
