// The stretch of the time axis that the trend shows: [from, to] in s. Pure.

const SHORTEST_S = 2;
const MOMENT_S = 1;

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

/** Return whether the moment x lies outside a stretch; one that follows the newest reading will reach what comes after it. */
export const isHidden = ([from, to], x, follows) => x < from || (!follows && x > to);

/** Return whether a stretch ends in the past of what there is, by more than a moment. */
export const endsInPast = ([, to], [, last]) => last - to > MOMENT_S;

/** Return a stretch with the moment x in its middle. */
export const around = (x, spanS) => [x - spanS / 2, x + spanS / 2];
