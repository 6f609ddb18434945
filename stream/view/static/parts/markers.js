// Markers: preset buttons and notes for the frame in view, and the sheet that edits them. Knows their interface.

import { button, get, head, make, put, setFlag } from "../browser/dom.js";
import { change } from "../browser/requests.js";
import * as common from "../text/common.js";
import { preciseClock } from "../text/format.js";
import * as words from "../text/markers.js";
import { BeforeAfter } from "./before-after.js";
import { Dose } from "./dose.js";
import { showMessage } from "./message.js";

const PATH = "api/markers";
const PRESETS = Object.keys(words.kinds).filter((kind) => kind !== "note");
const LONGEST_TEXT = 200;

export class Markers {
  #page;
  #beforeAfter;
  #dose = new Dose((marker, dose) => this.#addDose(marker, dose));
  #known = new Map(); // by id
  #chosen = null; // the id of the marker that the sheet edits

  /**
   * Let the buttons work.
   * @param {object} page
   * @param {() => ?number} page.inView returns the number of the frame in view
   * @param {(seq: number, x: number) => void} page.look shows a frame, which lies at x on the axis
   * @param {(message: object) => void} page.take takes what an answer has of the shared state
   * @param {(markers: object[]) => void} page.changed takes all markers, by time
   * @param {(windows: number[][]|null) => void} page.compared takes the two windows of a before/after
   */
  constructor(page) {
    this.#page = page;
    this.#beforeAfter = new BeforeAfter(page.compared);
    get("presets").replaceChildren(...PRESETS.map((kind, i) => this.#preset(kind, String(i + 1))));
    get("note-form").addEventListener("submit", (event) => this.#note(event));
    get("markers-open").addEventListener("click", () => (get("markers").hidden ? this.open() : this.close()));
    this.#label();
  }

  /** Begin with another session: nothing that was chosen or written for the one before is left. */
  begin() {
    this.#chosen = null;
    this.#dose.close();
    this.close();
    get("note").value = "";
  }

  /** Show the markers: all that there are, by time. */
  receive(markers) {
    this.#known = new Map(markers.map((marker) => [marker.id, marker]));
    if (!this.#known.has(this.#chosen)) this.#chosen = null;
    this.#label();
    this.#page.changed(markers);
    if (get("markers").hidden) return;
    if (get("markers").contains(document.activeElement)) this.#drawList();
    else this.#draw();
  }

  // In a sheet that is being used, what is typed stays, and the focus where it is.
  #drawList() {
    const { id } = document.activeElement.dataset;
    get("markers").querySelector(".marker-list").replaceWith(this.#list());
    if (id !== undefined) get("markers").querySelector(`[data-id="${id}"]`)?.focus();
  }

  /** Mark the frame in view with the preset of this number; a dose can be typed at once. */
  markPreset(number) {
    this.#markAndOffer(PRESETS[number - 1], true);
  }

  /** Open the sheet at a marker: this one, else the one chosen last. */
  open(id = this.#chosen) {
    this.#chosen = id;
    this.#dose.close();
    get("markers").hidden = false;
    setFlag("markers-open", "aria-expanded", true);
    this.#draw();
    (get("markers").querySelector("[aria-current=true]") ?? get("markers-close")).focus();
  }

  /** Close the offer of a dose, else the sheet. Returns whether one was open. */
  closeOne() {
    return this.#dose.close() || this.close();
  }

  /** Close the sheet. Returns whether it was open. */
  close() {
    if (get("markers").hidden) return false;
    get("markers").hidden = true;
    setFlag("markers-open", "aria-expanded", false);
    get("markers-open").focus();
    this.#page.compared(null);
    return true;
  }

  #label() {
    put("markers-open", words.openWord(this.#known.size));
  }

  #preset(kind, key) {
    return make(
      "button",
      {
        type: "button",
        onclick: ({ pointerType }) => this.#markAndOffer(kind, pointerType !== "touch"), // the keys stay off the screen
        data: { kind },
        aria: { keyshortcuts: key },
      },
      make("kbd", {}, key),
      make("span", {}, words.kinds[kind]),
    );
  }

  // Mark the frame in view. Returns the marker, or null.
  async #mark(kind, text = "") {
    const seq = this.#page.inView();
    const marker = await this.#change(change("POST", PATH, { kind, text, ...(seq === null ? {} : { seq }) }));
    if (marker) showMessage(words.marked(marker));
    return marker;
  }

  #markAndOffer(kind, typing) {
    this.#dose.offer(kind, this.#mark(kind), typing);
  }

  // Returns whether that was done.
  async #addDose({ id }, dose) {
    const marker = await this.#change(change("PATCH", `${PATH}/${id}`, { text: dose }));
    if (marker) showMessage(words.marked(marker));
    return marker !== null;
  }

  async #note(event) {
    event.preventDefault();
    const field = get("note");
    const text = field.value.trim();
    if (text && (await this.#mark("note", text))) {
      field.value = "";
      field.blur();
    }
  }

  async #edit(event, marker) {
    event.preventDefault();
    const { kind, text } = event.target.elements;
    const changes = { kind: kind.value, text: text.value.trim() };
    if (await this.#change(change("PATCH", `${PATH}/${marker.id}`, changes))) this.#reopen();
  }

  async #remove(marker) {
    if (!(await this.#change(change("DELETE", `${PATH}/${marker.id}`)))) return;
    this.#reopen();
    showMessage(words.removed(marker), { word: words.undo, act: () => this.#restore(marker) });
  }

  // Set a marker again that was deleted: the same kind, text and time.
  async #restore({ kind, text, t_ns, until_ns }) {
    const marker = await this.#change(change("POST", PATH, { kind, text, t_ns, until_ns }));
    if (!marker) return;
    this.#reopen();
    showMessage(words.restored(marker));
  }

  // Take the marker that an answer has, and return it; say why it was refused, and return null.
  async #change(asked) {
    try {
      const { version, answer } = await asked;
      this.#page.take({ version, markers: [answer] });
      return answer;
    } catch (error) {
      showMessage(error.message);
      return null;
    }
  }

  // It may have been closed in the meantime.
  #reopen() {
    if (!get("markers").hidden) this.open();
  }

  #draw() {
    const close = button(common.close, () => this.close(), { id: "markers-close" });
    const body = make("div", { className: "sheet-body markers-body" }, this.#list(), this.#details());
    get("markers").replaceChildren(head(words.title, close), body);
  }

  #list() {
    const entries = [...this.#known.values()].map((marker) => this.#entry(marker));
    if (!entries.length) entries.push(make("li", { className: "quiet" }, words.noMarkers));
    return make("ul", { className: "marker-list" }, ...entries);
  }

  #entry(marker) {
    const { id, x } = marker;
    const name = words.markerName(marker);
    const properties = { aria: { current: String(id === this.#chosen) }, data: { id }, onclick: () => this.open(id) };
    const time = make("time", {}, preciseClock(x));
    return make("li", {}, make("button", { type: "button", ...properties }, time, make("span", { title: name }, name)));
  }

  #details() {
    const marker = this.#known.get(this.#chosen);
    if (!marker) {
      this.#page.compared(null);
      return make("p", { className: "quiet" }, this.#known.size ? words.chooseMarker : "");
    }
    return make("div", { className: "marker-one" }, this.#form(marker), this.#beforeAfter.panel(marker));
  }

  #form(marker) {
    const kind = make("select", { name: "kind", ariaLabel: words.kindLabel });
    for (const [value, word] of Object.entries(words.kinds)) {
      kind.append(make("option", { value, selected: value === marker.kind }, word));
    }
    const text = { name: "text", value: marker.text, maxLength: LONGEST_TEXT, ariaLabel: words.textLabel };
    const actions = [
      button(words.remove, () => this.#remove(marker)),
      make("button", { className: "strong" }, common.save),
    ];
    if (marker.seq !== null) actions.unshift(button(common.showFrame, () => this.#look(marker)));
    return make(
      "form",
      { onsubmit: (event) => this.#edit(event, marker) },
      kind,
      make("input", { type: "text", ...text }),
      make("div", { className: "actions" }, ...actions),
    );
  }

  #look({ seq, x }) {
    this.close();
    this.#page.look(seq, x);
  }
}
