// The trend from the server, down-sampled there to a row or so a pixel: one window to both sides is kept, so that
// panning asks rarely. Knows /api/trend, not the plot.

import { ask, newestOnly } from "./api.js";
import { stopwatch } from "./state.js";

const MOST_PIXELS = 4000;
const COARSER = 1.6; // rows may be so much wider than a pixel before finer ones are asked for
const AGAIN_MS = 2000; // a stretch that still grows is asked for again

export class TrendData {
  // arrived(): new columns are there.
  constructor(arrived) {
    Object.assign(this, { arrived, extent: null });
    this.forget();
    this.fetch = newestOnly(async (from, to, pixels) => {
      const query = from === null ? `pixels=${pixels}` : `from_s=${from}&to_s=${to}&pixels=${pixels}`;
      const asked = this.begun;
      const got = await ask(`/api/trend?${query}`).catch(() => null);
      if (got === null || asked !== this.begun) return;
      this.kept = { ...got, from: from ?? got.from_s, to: to ?? got.to_s, since: stopwatch() };
      this.extent = got.extent;
      this.arrived();
    });
  }

  forget() {
    this.kept = null;
    this.begun = {};
  }

  // Columns for these edges, as good as they are there now: [x, mean, low, high, min, max, grade]; better ones are asked
  // for. growing: newer readings may have come in the meantime.
  columns(from, to, pixels, growing) {
    if (!this.serves(from, to, pixels, growing)) {
      const span = to - from;
      this.fetch(from - span, to + span, Math.min(3 * Math.round(pixels), MOST_PIXELS));
    }
    const { kept } = this;
    return kept ? [kept.x, kept.mean, kept.low, kept.high, kept.min, kept.max, kept.grade] : [[], [], [], [], [], [], []];
  }

  serves(from, to, pixels, growing) {
    const { kept } = this;
    if (!kept || kept.from > from || kept.to < to) return false;
    if (kept.reduced && (kept.to - kept.from) / kept.pixels > (COARSER * (to - from)) / pixels) return false;
    const again = Math.max(AGAIN_MS, ((to - from) / pixels) * 1000);
    return !(growing && kept.extent && to > kept.extent[1] && kept.since() > again);
  }
}
