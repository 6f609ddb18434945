// A finished session: a slider through its whole length, and the trend as a picture to keep. Knows the trend.

import { get } from "../browser/dom.js";
import { read } from "../browser/requests.js";
import { clock } from "../text/format.js";
import * as words from "../text/trend.js";
import { showMessage } from "./message.js";
import { shownTheme, showTheme } from "./theme.js";

const DOWNLOAD_MS = 1000; // for the browser to begin before the picture is let go

/**
 * Let the slider and the export work.
 * @param {import("../plot/trend.js").Trend} trend
 * @param {import("../state/session.js").Session} session
 * @param {(x: number) => void} scrubbed the slider was moved to this moment
 */
export function watchReview(trend, session, scrubbed) {
  get("scrubber").addEventListener("input", (event) => scrubbed(Number(event.target.value)));
  get("export-png").addEventListener("click", () => savePicture(trend, session.info.session));
}

/** Bring the first good frame into view, or the first if none is good: each stretch of the trend names its own. */
export async function openReview(look) {
  const trend = await read("api/trend?pixels=10").catch(() => null);
  if (!trend?.seq.length) return;
  const good = trend.good.findIndex((frames) => frames > 0);
  look(trend.seq[Math.max(good, 0)]);
}

/** Show the slider of a review, from the first to the last moment, at x (null: no moment is in view). */
export function showReview(reviewing, [first, last], x) {
  get("scrub").hidden = !reviewing;
  if (!reviewing) return;
  const slider = get("scrubber");
  slider.min = first;
  slider.max = last;
  if (x !== null && document.activeElement !== slider) slider.value = x;
  slider.ariaValueText = x === null ? "" : clock(x, true);
}

/** Save the stretch that the trend shows as a PNG. */
async function savePicture(trend, session) {
  const canvas = await pictureForPaper(trend, words.pictureTitle(session, ...trend.edges()));
  canvas.toBlob((blob) => {
    if (!blob) {
      showMessage(words.noPicture);
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${session}-trend.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_MS);
  });
}

/** Draw the trend in the light theme, and go back before the screen shows it: uPlot draws in a microtask. */
async function pictureForPaper(trend, title) {
  const theme = shownTheme();
  showTheme("light");
  trend.build();
  await Promise.resolve();
  const canvas = trend.picture(title);
  showTheme(theme);
  trend.build();
  return canvas;
}
