// The keyboard: which key does what, a dialog that says so, and a switch for those who dictate. Knows no part of the page.

import { button, get, make } from "./dom.js";
import * as text from "./text.js";
import { recall, remember } from "./theme.js";

const KEY = "capillary-single-keys";

// Keys that mean something where they are pressed: letters in a text, arrows in a list or a slider.
function taken(event) {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return true;
  if (target instanceof HTMLSelectElement) return true;
  if (!(target instanceof HTMLInputElement)) return false;
  return ["text", "number"].includes(target.type) || (key.length > 1 && target.type !== "checkbox");
}

// keys: key → action. Keys of one character can be switched off; Escape always works.
export function listen(keys) {
  document.addEventListener("keydown", (event) => {
    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    const own = event.key === "Escape" && event.target instanceof HTMLInputElement;
    if (!action || (taken(event) && !own)) return;
    if (event.key.length === 1 && recall(KEY) === "off") return;
    if (own) event.target.blur();
    if (action(event) !== false) event.preventDefault();
  });
  get("keys-open").addEventListener("click", open);
}

function open() {
  const dialog = get("keys");
  const on = make("input", { type: "checkbox", checked: recall(KEY) !== "off" });
  on.addEventListener("change", () => remember(KEY, on.checked ? "on" : "off"));
  const list = make("dl", { className: "keys" }, ...text.keyList.flatMap(([key, says]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, says)]));
  dialog.replaceChildren(
    make("header", {}, make("h2", { id: "keys-title" }, text.keysTitle), button(text.close, () => dialog.close())),
    make("div", { className: "body" }, list, make("label", {}, on, " ", text.keysOn)),
  );
  dialog.showModal();
}
