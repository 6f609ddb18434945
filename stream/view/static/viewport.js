// The stretch of the time axis that the trend shows, [from, to] in s. Pure.

export const SHORTEST_S = 2;

export const panned = ([from, to], seconds) => [from + seconds, to + seconds];

// The moment `about` stays where it is.
export function zoomed([from, to], factor, about) {
  const span = Math.max((to - from) * factor, SHORTEST_S);
  const share = (about - from) / (to - from);
  return [about - share * span, about + (1 - share) * span];
}

// Never wider than what there is, and never beside it.
export function clamped([from, to], [first, last]) {
  const span = Math.min(to - from, Math.max(last - first, SHORTEST_S));
  const start = Math.min(Math.max(from, first), Math.max(last - span, first));
  return [start, start + span];
}

// The same stretch where it shows that moment, else one with the moment in its middle.
export function revealing([from, to], x) {
  if (x >= from && x <= to) return [from, to];
  return [x - (to - from) / 2, x + (to - from) / 2];
}
