// Dark by default, light on demand; remembered.

import { get, put } from "../browser/dom.js";
import { recall, remember } from "../browser/storage.js";
import { other } from "../text/theme.js";

const KEY = "capillary-theme";
let changes = () => {};

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

/** Let the button change the theme; `changed` is called with its name after that, and after `changeTheme`. */
export function watchTheme(changed) {
  changes = changed;
  get("theme").addEventListener("click", () => {
    const name = shownTheme() === "dark" ? "light" : "dark";
    remember(KEY, name);
    changeTheme(name);
  });
  label();
}

/** Change to a theme, if it is not shown yet. */
export function changeTheme(name) {
  if (name === shownTheme()) return;
  showTheme(name);
  label();
  changes(name);
}

const label = () => put("theme-word", other[shownTheme()]);
