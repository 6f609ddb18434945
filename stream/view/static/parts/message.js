// The line at the bottom: what a person asked for was done, or refused.

import { get, put } from "../browser/dom.js";

const SHOWN_MS = 5000;
let hiding = null;

/** Show a sentence for a while. */
export function showMessage(sentence) {
  put("message", sentence);
  get("message").hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    get("message").hidden = true;
  }, SHOWN_MS);
}
