import assert from "node:assert/strict";
import { test } from "node:test";
import { barOf, configuration, farApart, scaleOf } from "../../stream/view/static/state/scale.js";
import { barText, scaleText } from "../../stream/view/static/text/scale.js";

test("a scale bar has a round length, and is as long as there is room", () => {
  assert.deepEqual(barOf(2, 100), { um: 200, px: 100 });
  assert.deepEqual(barOf(1.27, 220), { um: 200, px: 200 / 1.27 });
  for (const umPerPx of [0.01, 0.3, 1.27, 7, 100])
    for (const longest of [30, 77, 220]) {
      const { um, px } = barOf(umPerPx, longest);
      assert.match(um.toExponential(0), /^[125]e/);
      assert.ok(px <= longest * (1 + 1e-6) && px >= 0.39 * longest, `${px} of ${longest}`);
    }
});

test("a length is written in the unit that people use", () => {
  assert.deepEqual([0.5, 200, 1000, 2000].map(barText), ["0.5 µm", "200 µm", "1 mm", "2 mm"]);
});

test("two points and their distance give a scale, with its uncertainty", () => {
  const points = [
    [10, 20],
    [410, 320],
  ];
  const scale = scaleOf(points, 1000);
  assert.equal(scale.umPerPx, 2);
  assert.equal(scaleText(scale), "2 µm per pixel (± 0.3 %)");
  assert.equal(configuration(scale.umPerPx, 1920), "[capture]\num_per_px = 2\nscale_width_px = 1920");
});

test("a scale that no microscope has is none", () => {
  const points = [
    [0, 0],
    [100, 0],
  ];
  for (const length of [0, -5, Number.NaN, 1e9]) assert.equal(scaleOf(points, length), null);
});

test("points that nearly coincide say nothing", () => {
  assert.equal(farApart([0, 0], [3, 4]), false);
  assert.equal(farApart([0, 0], [30, 40]), true);
});
