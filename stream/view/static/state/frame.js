// One frame as the server describes it (see docs/page-api.md): what of it counts. Pure.

/** Return whether the density of a frame counts: it was analysed, and its picture was good. */
export const isGood = ({ status, quality, density_pct: density }) =>
  status === "ok" && quality === "good" && density !== null;

/** Return how many seconds later than this frame the nearest one with a picture is, or null if there is none. */
export function toNearestS({ x, picture: { available, nearest_x: nearest } }) {
  return available || nearest === null || x === null ? null : nearest - x;
}
