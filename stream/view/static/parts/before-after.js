// Before and after a marker: the change of density with its interval. Knows the interface for it, not the statistics.

import { button, fact, make, put } from "../browser/dom.js";
import { read } from "../browser/requests.js";
import { longerTime } from "../state/longer-time.js";
import { NO_VALUE, percent } from "../text/format.js";
import * as words from "../text/markers.js";

const OFFERED = Object.keys(words.compareWindows).map(Number);

export class BeforeAfter {
  #seconds = "60"; // the length that was chosen last, for every marker
  #shade;

  /** @param {(windows: number[][]|null) => void} shade takes the two windows that are compared, each [from, to] */
  constructor(shade) {
    this.#shade = shade;
  }

  /** Make the panel of a marker, and fill it as soon as the server answers. */
  panel(marker) {
    const result = make("div", { className: "change-result", ariaLive: "polite" });
    const radios = Object.keys(words.compareWindows).map(radio);
    const compare = (seconds) => {
      this.#seconds = seconds;
      for (const one of radios) one.checked = one.value === seconds;
      this.#fill(result, marker.id, compare);
    };
    for (const one of radios) one.addEventListener("change", () => compare(one.value));
    compare(this.#seconds);
    return make("section", { className: "change", ariaLabel: words.changeTitle }, heading(radios), result);
  }

  async #fill(result, id, compare) {
    const seconds = this.#seconds;
    const change = await read(`api/change?marker=${id}&before_s=${seconds}&after_s=${seconds}`).catch((error) => error);
    if (!result.checkVisibility() || seconds !== this.#seconds) return; // something else was chosen in the meantime
    if (change instanceof Error) {
      put(result, change.message);
      this.#shade(null);
      return;
    }
    const longer = longerTime(OFFERED, Number(seconds), change.available_s);
    result.replaceChildren(...figures(change), ...(longer ? [tryLonger(String(longer), compare)] : []));
    this.#shade([change.before, change.after].map(({ from_s, to_s }) => [from_s, to_s]));
  }
}

const radio = (value) => make("input", { type: "radio", name: "change-window", value });

function heading(radios) {
  const labels = radios.map((one) => make("label", {}, one, words.compareWindows[one.value]));
  const choice = make("fieldset", {}, make("legend", { className: "unseen" }, words.compareOver), ...labels);
  return make("div", { className: "change-head" }, make("h3", {}, words.changeTitle), choice);
}

const tryLonger = (seconds, compare) => button(words.compareLonger(seconds), () => compare(seconds));

function figures(change) {
  const sides = make("dl", {}, side(words.before, change.before), side(words.after, change.after));
  if (change.change_pct === null) return [make("p", {}, make("strong", {}, change.why_not)), sides];
  const { change_low_pct: low, change_high_pct: high, change_relative: relative, confidence } = change;
  const inWords = relative === null ? "" : words.relativeChange(relative);
  return [
    make("p", { className: "figure" }, words.change(change.change_pct), " ", make("small", {}, inWords)),
    make("p", {}, words.changeInterval(low, high, confidence), ". ", make("strong", {}, words.conclusion(low, high))),
    sides,
  ];
}

function side(name, { mean_pct, good, frames }) {
  const entry = fact(name, mean_pct === null ? NO_VALUE : percent(mean_pct));
  entry.append(make("dd", { className: "quiet" }, words.goodOf({ good, frames })));
  return entry;
}
