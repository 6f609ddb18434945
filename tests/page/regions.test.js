// Which region a pointer means: near is enough, as a thin capillary is hard to hit; of nested ones, the smaller.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fit, regionAt } from "../../stream/view/static/state/regions.js";

const square = (from, to) => [from, from, to, from, to, to, from, to];
const regions = [square(0, 100), square(40, 60)];

test("the smallest region under the pointer is meant, else a near one", () => {
  assert.equal(regionAt(regions, 50, 50), 1);
  assert.equal(regionAt(regions, 10, 10), 0);
  assert.equal(regionAt(regions, 110, 50), 0);
  assert.equal(regionAt(regions, 300, 300), null);
});

test("a frame lies in the middle of its box, as large as it goes", () => {
  assert.deepEqual(fit({ width: 100, height: 50 }, 200, 200), { scale: 2, left: 0, top: 50 });
});
