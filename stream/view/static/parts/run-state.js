// The state of the run: its word at the top, over the picture, in the title and read aloud; and notices at the foot.

import { get, put, putSymbol } from "../browser/dom.js";
import { noticesOf } from "../state/notices.js";
import { isCurrent, shownAs } from "../state/run-state.js";
import { percent } from "../text/format.js";
import * as words from "../text/run-state.js";

/**
 * Show the state.
 * @param {object|null} status
 * @param {object} decided by `decide` of state/run-state.js
 * @param {object|null} info of the session (see docs/page-api.md)
 * @param {object} view what the picture shows
 * @param {boolean} view.pictured whether it belongs to the readings that come now
 * @param {boolean} view.looking whether a frame of the past is in view
 * @param {{word: string, say: string}|null} view.missing why that frame has no picture
 */
export function showRunState(status, decided, info, view) {
  const mode = status?.mode ?? "live";
  const name = shownAs(decided.state, mode);
  const state = words.stateWords(name, status?.kept);
  const badge = words.badgeOf(mode, info?.recorded, state);
  const { dataset } = document.body;
  if (dataset.state !== name) {
    dataset.state = name;
    putSymbol("state-icon", `icon-${name.replace(" ", "-")}`);
    put("state-word", state.word);
    put("announcer", words.announcement(badge, state));
  }
  const title = words.title(info, badge, state);
  if (document.title !== title) document.title = title;
  dataset.mode = mode;
  dataset.current = decided.current;
  dataset.connected = decided.connected;
  put("mode", badge);
  get("mode").hidden = !badge;
  showBanner(bannerOf(decided.state, state, view));
  const ended = decided.state === "ended" && view.looking ? [state.say] : []; // else it stands over the picture
  showNotices(decided.connected ? noticesOf(status) : ended);
}

/** Return what the tab of this page shows: the state under its name and in a word, and the density while it is current. */
export function toldOf(status, decided) {
  const name = shownAs(decided.state, status?.mode ?? "live");
  const density = decided.current && typeof status.density_pct === "number" ? percent(status.density_pct) : "";
  return { state: name, word: words.stateWords(name, status?.kept).word, current: decided.current, density };
}

/** Return what is written over the picture, {word, say}, or null. */
function bannerOf(state, inWords, { pictured, looking, missing }) {
  if (looking) return missing;
  if (!isCurrent(state)) return inWords;
  return pictured ? null : words.unpictured;
}

function showBanner(banner) {
  get("banner").hidden = banner === null;
  put("banner-word", banner?.word ?? "");
  put("banner-say", banner?.say ?? "");
}

function showNotices(notices) {
  get("notices").hidden = notices.length === 0;
  put("notices", notices.join(" "));
}
