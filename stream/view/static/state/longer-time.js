// Before and after a marker: which longer time could tell more. Pure.

/**
 * Return the next longer time that is offered and that the session has, or null.
 * @param {number[]} offered the lengths of a side, s
 * @param {number} comparedS the length that did not tell enough
 * @param {?number} availableS how much of the session lies on that side (see docs/page-api.md)
 */
export function longerTime(offered, comparedS, availableS) {
  const longer = offered.filter((seconds) => seconds > comparedS && seconds <= (availableS ?? 0));
  return longer.length ? Math.min(...longer) : null;
}
