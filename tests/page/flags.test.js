// Flags that stand close keep their labels.

import assert from "node:assert/strict";
import { test } from "node:test";
import { placedFlags } from "../../stream/view/static/plot/flags.js";

const measure = (label) => label.length * 10;
const placed = (xs, rows = 3) =>
  placedFlags(
    xs.map((x, id) => ({ id, name: `m${id}`, x })),
    1000,
    rows,
    measure,
  );

test("flags that stand apart are in one row, close ones in the next", () => {
  assert.deepEqual(
    placed([0, 100, 105, 110, 300]).map(({ row }) => row),
    [0, 0, 1, 2, 0],
  );
});

test("one without room joins its neighbour, which names both and counts them", () => {
  const [first, ...others] = placed([100, 105], 1);
  assert.deepEqual([first.label, first.ids, first.names], ["m0, m1 (2)", [0, 1], ["m0", "m1"]]);
  assert.equal(others.length, 0);
  assert.equal(
    placed([100, 101, 102, 103, 104, 105]).reduce((sum, { ids }) => sum + ids.length, 0),
    6,
  );
});

test("at the right edge a flag flies to the left, and a long name is cut", () => {
  const [flag] = placedFlags([{ id: 1, name: "a note that is rather long", x: 990 }], 1000, 3, measure);
  assert.equal(flag.left + flag.width, 1000);
  assert.equal(flag.label, "a note that is ra…");
});
