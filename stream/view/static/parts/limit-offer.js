// What density is now, in the dialog of limits, and a low limit that is offered from it. It fills a field, and sets nothing.

import { button, make } from "../browser/dom.js";
import { lowOffered } from "../state/limit-offer.js";
import * as words from "../text/alarms.js";

/**
 * Make the line.
 * @param {?number} densityPct of now; null if it is not known: then there is no line
 * @param {() => HTMLInputElement} lowField returns the field of the low limit
 */
export function limitOffer(densityPct, lowField) {
  if (densityPct === null) return "";
  const limit = lowOffered(densityPct);
  const fill = button(words.below(limit), () => {
    const field = lowField();
    field.value = limit.toFixed(1);
    field.dispatchEvent(new Event("input", { bubbles: true })); // as if a person had typed it
    field.focus();
  });
  return make("p", { className: "limit-offer" }, words.densityNow(densityPct), " ", fill);
}
