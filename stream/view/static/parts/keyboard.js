// The keyboard: what keys do, a dialog that lists them, and a switch for those who dictate. Knows no part of the page.

import { button, get, head, make } from "../browser/dom.js";
import { recall, remember } from "../browser/storage.js";
import * as common from "../text/common.js";
import * as words from "../text/keyboard.js";

const STORED = "capillary-single-keys";
const areSingleKeysOn = () => recall(STORED) !== "off";
const isSingle = (key) => key.length === 1;

/**
 * Let keys do something.
 * @param {Object<string, () => unknown>} actions by key. Keys of one character can be switched off; Escape always
 *   works. An action that returns false leaves the key to the browser.
 */
export function listenToKeys(actions) {
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const action = actions[isSingle(key) ? key.toLowerCase() : key];
    const leavesField = key === "Escape" && target instanceof HTMLInputElement;
    if (!action || (isTaken(event) && !leavesField)) return;
    if (isSingle(key) && !areSingleKeysOn()) return;
    if (leavesField) target.blur();
    if (action() !== false) event.preventDefault();
  });
  get("keys-open").addEventListener("click", open);
}

/** Return whether a key has another meaning in its element: a letter in a text, an arrow in a list or a slider. */
function isTaken({ key, target, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey || document.querySelector("dialog[open]")) return true;
  if (target instanceof HTMLSelectElement) return true;
  if (!(target instanceof HTMLInputElement)) return false;
  if (isSingle(key) && refuses(target, key)) return false;
  return ["text", "number"].includes(target.type) || (!isSingle(key) && target.type !== "checkbox");
}

/** Return whether a text, still empty, cannot begin with this key. */
const refuses = ({ pattern, value }, key) => pattern && !value && !new RegExp(`^(?:${pattern})$`).test(key);

function open() {
  const dialog = get("keys");
  const on = make("input", { type: "checkbox", checked: areSingleKeysOn() });
  on.addEventListener("change", () => remember(STORED, on.checked ? "on" : "off"));
  const known = window.parent === window ? words.list : [...words.list, words.inTabs];
  const entries = known.flatMap(([key, action]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, action)]);
  const close = button(common.close, () => dialog.close());
  const list = make("dl", { className: "keys" }, ...entries);
  dialog.replaceChildren(
    head(words.title, close, { id: "keys-title" }),
    make("div", { className: "body" }, list, make("label", {}, on, " ", words.singleKeys)),
  );
  dialog.showModal();
}
