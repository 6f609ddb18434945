// What people should know beside the state. Pure.

import { endsUnkept } from "../text/ending.js";
import { outletNotices } from "./outlets.js";

const SOON_S = 30;

/** Return the notices: of the end of a demo that nobody keeps, of the run (see docs/page-api.md), of its outlets. */
export function noticesOf(status) {
  const left = status?.kept === false ? secondsLeft(status) : null;
  return [...(left === null ? [] : [endsUnkept(left)]), ...(status?.notices ?? []), ...outletNotices(status?.outlets)];
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
