// A finished session: a slider through its whole length, and the trend as a picture. Knows the trend and the frame in view.

import { get, tell } from "./dom.js";
import * as text from "./text.js";
import { showTheme, theme } from "./theme.js";

// scrubbed(x): the slider was moved to this moment.
export function watchReview(scrubbed) {
  get("scrubber").addEventListener("input", (event) => scrubbed(Number(event.target.value)));
}

export function showReview(reviewing, [first, last], x) {
  get("scrub").hidden = !reviewing;
  if (!reviewing) return;
  const slider = get("scrubber");
  slider.min = first;
  slider.max = last;
  if (x !== null && document.activeElement !== slider) slider.value = x;
  slider.setAttribute("aria-valuetext", x === null ? "" : text.clock(x, true));
}

// The stretch that the trend shows, as a PNG to keep.
export async function savePicture(trend, session) {
  const canvas = await onWhite(trend, text.pictureTitle(session, ...trend.edges()));
  canvas.toBlob((blob) => {
    if (!blob) return tell(text.noPicture);
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `${session}-trend.png` });
    link.click();
    return setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}

// A picture is for paper: in the colours of the light screen, drawn before anybody sees them (uPlot draws in a microtask).
async function onWhite(trend, title) {
  const own = theme();
  showTheme("light");
  trend.build();
  await Promise.resolve();
  const canvas = trend.picture(title);
  showTheme(own);
  trend.build();
  return canvas;
}
