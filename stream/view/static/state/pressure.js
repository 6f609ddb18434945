// Whether the microscope is pressed on the skin, which empties the capillaries while the picture stays sharp. Pure.

/** How far back `isPressed` looks. */
export const WATCHED_S = 8;
const LATELY_S = 2;
const ENOUGH = 4; // readings on either side
const FELL = 0.35; // share of the density before that is gone
const SHARP = 0.9; // share of readings that were good all along: focus and hand were steady

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/**
 * Return whether density fell within seconds while the pictures stayed good.
 * @param {{x: number, grade: number, density: number}[]} recent the rows of the last WATCHED_S seconds, oldest first
 */
export function isPressed(recent) {
  const end = recent.at(-1)?.x ?? 0;
  const good = recent.filter((row) => row.grade === 0);
  const lately = good.filter((row) => row.x > end - LATELY_S).map((row) => row.density);
  const before = good.filter((row) => row.x <= end - 2 * LATELY_S).map((row) => row.density);
  if (lately.length < ENOUGH || before.length < ENOUGH || good.length < SHARP * recent.length) return false;
  return median(lately) < (1 - FELL) * median(before);
}
