// Measures beside density and count, in words.

import { NO_VALUE } from "./format.js";

/** Name a measure. */
export const label = (measure) => measure.label[0].toUpperCase() + measure.label.slice(1);

/**
 * Write a measure's value with its unit, and its interval if it has one.
 * @param {{keys: string[], unit: string, digits: number}} measure
 * @param {Object<string, number>|undefined} values by key
 */
export function value({ keys, unit, digits }, values) {
  const [middle, low, high] = keys.map((key) => values?.[key]?.toFixed(digits));
  if (middle === undefined) return NO_VALUE;
  const measured = `${middle} ${unit}`.trimEnd();
  return low === undefined || high === undefined ? measured : `${measured} (${low} – ${high})`;
}
