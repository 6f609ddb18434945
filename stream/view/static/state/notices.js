// What people should know beside the state. Pure.

import { endsUnkept } from "../text/ending.js";

const SOON_S = 30;

/** Return the notices of the run (see docs/page-api.md), and of the end of a demo that nobody keeps. */
export function noticesOf(status) {
  const left = status?.kept === false ? secondsLeft(status) : null;
  return [...(left === null ? [] : [endsUnkept(left)]), ...(status?.notices ?? [])];
}

/** Return how long a run goes on that ends by itself within half a minute; else null. */
function secondsLeft(status) {
  const { frames_expected: expected, frames_per_s: rate } = status ?? {};
  if (!expected || !rate) return null;
  const left = (expected - status.readings - status.failed - status.dropped) / rate;
  return left >= 0 && left < SOON_S ? left : null;
}
