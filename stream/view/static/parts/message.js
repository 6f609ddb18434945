// The line at the bottom: what a person asked for was done, or refused, and how to undo it.

import { button, get } from "../browser/dom.js";

const SHOWN_MS = 5000;
const UNDO_MS = 10000;
let hiding = null;

/**
 * Show a sentence for a while.
 * @param {string} sentence
 * @param {{word: string, act: () => void}} [undo] a button beside it
 */
export function showMessage(sentence, undo) {
  const line = get("message");
  const act =
    undo &&
    button(undo.word, () => {
      line.hidden = true;
      undo.act();
    });
  line.replaceChildren(sentence, ...(act ? [" ", act] : []));
  line.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(
    () => {
      line.hidden = true;
    },
    undo ? UNDO_MS : SHOWN_MS,
  );
}

/** Take the sentence away: it is not true any more. */
export function hideMessage() {
  get("message").hidden = true;
}
