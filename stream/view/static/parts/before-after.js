// Before and after a marker: the change of density with its interval. Knows the interface for it, not the statistics.

import { fact, make, put } from "../browser/dom.js";
import { read } from "../browser/requests.js";
import { NO_VALUE, percent } from "../text/format.js";
import * as words from "../text/markers.js";

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
    const show = () => this.#fill(result, marker.id);
    show();
    return make("section", { className: "change", ariaLabel: words.changeTitle }, this.#head(show), result);
  }

  async #fill(result, id) {
    const seconds = this.#seconds;
    try {
      const change = await read(`api/change?marker=${id}&before_s=${seconds}&after_s=${seconds}`);
      result.replaceChildren(...figures(change));
      this.#shade([change.before, change.after].map(({ from_s, to_s }) => [from_s, to_s]));
    } catch (error) {
      put(result, error.message);
      this.#shade(null);
    }
  }

  #head(changed) {
    const choice = make("fieldset", {}, make("legend", { className: "unseen" }, words.compareOver));
    for (const [value, word] of Object.entries(words.compareWindows)) {
      const checked = value === this.#seconds;
      const radio = make("input", { type: "radio", name: "change-window", value, checked });
      radio.addEventListener("change", () => {
        this.#seconds = value;
        changed();
      });
      choice.append(make("label", {}, radio, word));
    }
    return make("div", { className: "change-head" }, make("h3", {}, words.changeTitle), choice);
  }
}

function figures(change) {
  const sides = make("dl", {}, side(words.before, change.before), side(words.after, change.after));
  if (change.change_pct === null) return [make("p", {}, change.why_not ?? ""), sides];
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
