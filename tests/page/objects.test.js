// The names of objects stand on their objects, if there is room; what to do about each kind is said.

import assert from "node:assert/strict";
import { test } from "node:test";
import { middle, namesWithRoom } from "../../stream/view/static/state/objects.js";
import { objectsFound } from "../../stream/view/static/text/evidence.js";

const FRAME = { width: 200, height: 100 };
const PLACE = { scale: 2, left: 10, top: 20 };
const sizeOf = (name) => ({ width: 10 * name.length, height: 16 });
const box = (name, left, top, right, bottom) => ({
  name,
  polygon: [left, top, right, top, right, bottom, left, bottom],
});
const shown = (...objects) => namesWithRoom(objects, FRAME, PLACE, sizeOf);

test("a name stands in the middle of its object, in pixels of the canvas", () => {
  assert.deepEqual(shown(box("hair", 20, 40, 120, 60)), [{ name: "hair", x: 130, y: 112, width: 40, height: 16 }]);
});

test("a name that would hide its object has no room", () => {
  assert.deepEqual(shown(box("dirt", 50, 50, 80, 60)), []);
  assert.equal(shown(box("hair", 50, 5, 52, 95)).length, 1, "a thin hair is long enough");
});

test("a name stays within the picture", () => {
  const [{ x, y }] = shown(box("hair", 0, 0, 2, 90));
  assert.deepEqual([x, y], [10, 102]);
  const [lower] = shown(box("border", 0, 98, 200, 100));
  assert.equal(lower.y, 20 + 200 - 16);
});

test("a name covers no other: that of the larger object, which comes first, stays", () => {
  const names = shown(box("hair", 0, 40, 200, 60), box("bubble", 60, 30, 140, 75), box("dirt", 0, 80, 60, 95));
  assert.deepEqual(
    names.map(({ name }) => name),
    ["hair", "dirt"],
  );
});

test("a name of a bent object lies on it, not in its hollow", () => {
  const hook = [0, 0, 100, 0, 100, 100, 80, 100, 80, 20, 10, 20, 10, 100, 0, 100];
  assert.deepEqual(middle(hook), [90, 50]);
  assert.deepEqual(middle([0, 7, 40, 7]), [20, 7], "also of a line");
});

test("the facts of a frame name each kind once", () => {
  assert.equal(objectsFound([{ name: "hair" }, { name: "dirt" }, { name: "dirt" }]), "hair, dirt (2)");
});
