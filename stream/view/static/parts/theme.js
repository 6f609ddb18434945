// Dark by default, light on demand; remembered.

import { get, put } from "../browser/dom.js";
import { recall, remember } from "../browser/storage.js";
import { other } from "../text/theme.js";

const KEY = "capillary-theme";

/** Return the theme that is shown, "dark" or "light". */
export function shownTheme() {
  return document.documentElement.dataset.theme === "light" ? "light" : "dark";
}

/** Show a theme, and remember nothing. */
export function showTheme(name) {
  document.documentElement.dataset.theme = name;
}

/** Show the theme that was chosen last. */
export function restoreTheme() {
  showTheme(recall(KEY) === "light" ? "light" : "dark");
}

/** Let the button change the theme; `changed` is called after that. */
export function watchTheme(changed) {
  const label = () => put("theme-word", other[shownTheme()]);
  get("theme").addEventListener("click", () => {
    const name = shownTheme() === "dark" ? "light" : "dark";
    showTheme(name);
    remember(KEY, name);
    label();
    changed();
  });
  label();
}
