// "Less pressure": the microscope pressed on the skin empties the capillaries while the picture stays sharp. Pure.

const LATELY_S = 2;
const BEFORE_S = 8;
const ENOUGH = 10; // readings on either side
const FELL = 0.35; // share of the density before that is gone
const SHARP = 0.9; // share of readings that were good all along: focus and hand were steady

const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];

// rows: {x, grade, density}, oldest first. Whether density fell within seconds while the pictures stayed good.
export function pressed(rows) {
  const end = rows.at(-1)?.x ?? 0;
  const recent = rows.filter((row) => row.x > end - BEFORE_S);
  const good = recent.filter((row) => row.grade === 0);
  const lately = good.filter((row) => row.x > end - LATELY_S).map((row) => row.density);
  const before = good.filter((row) => row.x <= end - 2 * LATELY_S).map((row) => row.density);
  if (lately.length < ENOUGH || before.length < ENOUGH || good.length < SHARP * recent.length) return false;
  return middle(lately) < (1 - FELL) * middle(before);
}
