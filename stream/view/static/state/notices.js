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
  const { frames_expected: expected, frames_per_s: rate, published, failed, dropped } = status ?? {};
  const analysed = published + failed;
  if (!expected || !rate || !analysed) return null;
  const captured = analysed + dropped; // the source gives more frames than are analysed
  const left = ((expected - captured) / rate) * (analysed / captured);
  return left >= 0 && left < SOON_S ? left : null;
}
