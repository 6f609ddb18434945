// The stretch of the time axis that the trend shows: [from, to] in s. Pure.

const SHORTEST_S = 2;

/** Move a stretch by some seconds. */
export const panned = ([from, to], seconds) => [from + seconds, to + seconds];

/** Make a stretch longer or shorter by a factor; the moment `about` stays at its place. */
export function zoomed([from, to], factor, about) {
  const span = Math.max((to - from) * factor, SHORTEST_S);
  const share = (about - from) / (to - from);
  return [about - share * span, about + (1 - share) * span];
}

/** Keep a stretch within what there is: never wider, never beside it. */
export function clamped([from, to], [first, last]) {
  const span = Math.min(to - from, Math.max(last - first, SHORTEST_S));
  const start = Math.min(Math.max(from, first), Math.max(last - span, first));
  return [start, start + span];
}

/** Return the same stretch if it shows the moment x, else one of its length with the moment in its middle. */
export function revealing([from, to], x) {
  return x >= from && x <= to ? [from, to] : around(x, to - from);
}

/** Return a stretch with the moment x in its middle. */
export const around = (x, spanS) => [x - spanS / 2, x + spanS / 2];
