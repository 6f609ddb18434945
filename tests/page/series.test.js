// The newest readings: their columns break wherever nothing was good, and memory stays small.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Series } from "../../stream/view/static/plot/series.js";

const STEP_S = 0.01;
const columnsOf = (x, density, grade) => ({
  x,
  quality_code: grade,
  density_pct: density,
  density_low_pct: density,
  density_high_pct: density,
});

test("the line has gaps for what was not good, and one for silence", () => {
  const series = new Series();
  const x = [100.0, 100.1, 100.2, 100.3, 100.4, 103.0, 103.1];
  series.append(columnsOf(x, [5, 5, 5, null, null, 6, 6], [0, 0, 0, 1, 2, 0, 0]));
  const [, density] = series.window(100.0, 103.1, STEP_S);
  assert.deepEqual(density, [5, 5, 5, null, null, null, 6, 6]); // one null more for the silence
});

test("a row stands for each step: its first good reading, else its first", () => {
  const series = new Series();
  series.append(columnsOf([10.0, 10.2, 10.4, 11.0, 11.2], [null, 5, 6, null, null], [1, 0, 0, 2, 1]));
  const columns = series.window(10, 12, 1);
  assert.deepEqual(
    [columns[0], columns[1], columns[6]],
    [
      [10.2, 11.0],
      [5, null],
      [0, 2],
    ],
  );
});

test("an hour and more of readings stays small", () => {
  const series = new Series();
  for (let k = 0; k < 200_000; k++) series.append(columnsOf([k / 30], [5], [0]));
  assert.ok(series.rows.length < 3600 + 300 * 30 + 2500);
  assert.ok(series.newest() - series.rows[0].x >= 3600);
});

test("what came lately", () => {
  const series = new Series();
  assert.deepEqual([series.newest(), series.lately(8)], [null, []]);
  series.append(columnsOf([1, 5, 12], [5, 5, 5], [0, 0, 0]));
  assert.deepEqual(
    series.lately(8).map(({ x }) => x),
    [5, 12],
  );
});
