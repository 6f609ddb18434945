// The words of index.html that never change.

import { labels } from "../text/fixed.js";

/** Fill in every element's text, accessible name and placeholder. */
export function fillFixedWords() {
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = labels[element.dataset.text];
  for (const element of document.querySelectorAll("[data-label]")) element.ariaLabel = labels[element.dataset.label];
  for (const element of document.querySelectorAll("[data-hint]")) element.placeholder = labels[element.dataset.hint];
}
