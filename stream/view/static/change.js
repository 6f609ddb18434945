// Before and after a marker: the change of density with its interval. Knows the interface for it, not how it is reckoned.

import { ask } from "./api.js";
import { fact, make, put } from "./dom.js";
import * as text from "./text.js";

let seconds = "60";

// windows(pair of [from, to] or null): shades what is compared in the trend.
export function changePanel(marker, windows) {
  const result = make("div", { className: "change-result", ariaLive: "polite" });
  const show = async () => {
    try {
      const change = await ask(`/api/change?marker=${marker.id}&before_s=${seconds}&after_s=${seconds}`);
      result.replaceChildren(...figures(change));
      windows([change.before, change.after].map(({ from_s, to_s }) => [from_s, to_s]));
    } catch (error) {
      put(result, error.message);
      windows(null);
    }
  };
  show();
  return make("section", { className: "change", ariaLabel: text.changeTitle }, head(show), result);
}

function head(show) {
  const choice = make("fieldset", {}, make("legend", { className: "unseen" }, text.changeOver));
  for (const [value, word] of Object.entries(text.changeWindows)) {
    const radio = make("input", { type: "radio", name: "change-window", value, checked: value === seconds });
    radio.addEventListener("change", () => { seconds = value; show(); });
    choice.append(make("label", {}, radio, word));
  }
  return make("div", { className: "change-head" }, make("h3", {}, text.changeTitle), choice);
}

function side(name, said) {
  const made = fact(name, said.mean_pct === null ? text.none : text.percent(said.mean_pct));
  made.append(make("dd", { className: "quiet" }, text.side(said)));
  return made;
}

function figures(change) {
  const sides = make("dl", {}, side(text.before, change.before), side(text.after, change.after));
  if (change.change_pct === null) return [make("p", {}, change.why_not ?? ""), sides];
  const { change_pct, change_low_pct, change_high_pct, change_relative, confidence } = change;
  const relative = change_relative === null ? "" : text.changeRelative(change_relative);
  return [
    make("p", { className: "figure" }, text.changeFigure(change_pct), " ", make("small", {}, relative)),
    make("p", {}, text.changeInterval(change_low_pct, change_high_pct, confidence), ". ", make("strong", {}, text.changeSays(change_low_pct, change_high_pct))),
    sides,
  ];
}
