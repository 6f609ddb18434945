// The dose of a bolus or fluid that was just marked: a field and the doses given last, offered for some seconds.

import { button, get, make } from "../browser/dom.js";
import { recall, remember } from "../browser/storage.js";
import { DOSED, dosesIn, withDose } from "../state/doses.js";
import * as words from "../text/markers.js";

const STORED = "capillary-doses";
const OFFERED_MS = 12000;
const LONGEST_DOSE = 40;

export class Dose {
  #given;
  #offered = null; // {kind, marking}
  #hiding = null;

  /** @param {(marked: object, dose: string) => Promise<boolean>} given writes a dose to its marker; whether it did */
  constructor(given) {
    this.#given = given;
  }

  /**
   * Offer a dose, if this kind of marker has one. The marker may still be on its way: what is typed waits for it.
   * @param {string} kind
   * @param {Promise<?object>} marking gives what was marked, or null if it was refused
   * @param {boolean} typing begin in the field
   */
  offer(kind, marking, typing) {
    this.close();
    if (!DOSED.includes(kind)) return;
    this.#offered = { kind, marking };
    const field = make("input", {
      type: "text",
      maxLength: LONGEST_DOSE,
      pattern: "[0-9].*", // other keys keep their own meaning until a number is begun
      placeholder: words.doseHint,
      ariaLabel: words.doseOf(kind),
      autocomplete: "off",
    });
    const last = dosesIn(recall(STORED))[kind].map((dose) => button(dose, () => this.#give(dose)));
    const form = make(
      "form",
      { onsubmit: (event) => this.#submit(event, field), oninput: () => this.#stay() },
      make("span", {}, words.doseOf(kind)),
      field,
      ...last,
      make("button", { className: "strong" }, words.setDose),
      button(words.noDose, () => this.close()),
    );
    get("dose").replaceChildren(form);
    get("dose").hidden = false;
    if (typing) field.focus();
    this.#stay();
  }

  /** Take the offer back. Returns whether there was one. */
  close() {
    clearTimeout(this.#hiding);
    if (get("dose").hidden) return false;
    this.#offered = null;
    get("dose").hidden = true;
    get("dose").replaceChildren();
    return true;
  }

  #stay() {
    clearTimeout(this.#hiding);
    this.#hiding = setTimeout(() => this.close(), OFFERED_MS);
  }

  #submit(event, field) {
    event.preventDefault();
    const dose = field.value.trim();
    if (dose) this.#give(dose);
    else this.close();
  }

  async #give(dose) {
    const offered = this.#offered;
    const marked = await offered?.marking;
    if (!marked || !(await this.#given(marked, dose))) return;
    remember(STORED, JSON.stringify(withDose(dosesIn(recall(STORED)), offered.kind, dose)));
    if (this.#offered === offered) this.close();
  }
}
