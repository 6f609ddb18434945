// Markers: preset buttons and notes for the frame in view, and the sheet that edits them. Knows their interface.

import { button, get, head, make, put, setFlag } from "../browser/dom.js";
import { fieldsIn, isTyped, markTyped } from "../browser/fields.js";
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
  #shown = null; // that marker as the sheet shows it
  #removing = null; // the id of the marker that this page deletes

  /**
   * Let the buttons work.
   * @param {object} page
   * @param {() => ?object} page.past returns the place of the past that is in view or on its way, {seq} or {at_s}
   * @param {() => ?number} page.newest returns the number of the frame of the live picture
   * @param {() => ?number} page.nowS returns the axis time of now, or null if time stands still
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
    if (!get("markers").hidden) this.#follow();
  }

  /** Say beside the buttons which moment they mark: x on the axis, or null if it is now. */
  showMoment(x) {
    put("marks-at", x === null ? "" : words.marksAt(x));
  }

  // In an open sheet, what is typed stays, and the focus where it is.
  #follow() {
    this.#drawList();
    const [shown, marker] = [this.#shown, this.#known.get(this.#chosen) ?? null];
    if (shown === null || marker === null) this.#drawDetails();
    else this.#followForm(shown, marker);
    if (shown !== null && marker === null && shown.id !== this.#removing) showMessage(words.deletedElsewhere(shown));
  }

  // A marker was changed elsewhere while its form is open: say so, and bring up to date what was not typed here.
  #followForm(shown, marker) {
    this.#shown = marker;
    const other = fieldsIn(this.#form()).filter(({ name }) => marker[name] !== shown[name]);
    const notMine = other.filter(({ name, value }) => marker[name] !== value.trim());
    if (notMine.length) put("marker-changed", common.changedElsewhere(words.markerName(marker)));
    for (const field of other.filter((one) => !isTyped(one))) field.value = marker[field.name];
    if (marker.t_ns === shown.t_ns && marker.until_ns === shown.until_ns) return;
    get("markers").querySelector(".change").replaceWith(this.#beforeAfter.panel(marker));
  }

  #form() {
    return get("markers").querySelector(".marker-one form");
  }

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

  // Mark the moment in view. Returns what was marked, {marker, past: whether that moment was not now}, or null.
  async #mark(kind, text = "") {
    const past = this.#page.past();
    const seq = this.#page.newest();
    const place = past ?? (seq === null ? {} : { seq });
    const marker = await this.#change(change("POST", PATH, { kind, text, ...place }));
    if (marker) this.#sayMarked(marker, past !== null);
    return marker && { marker, past: past !== null };
  }

  #sayMarked(marker, past) {
    const nowS = this.#page.nowS();
    const agoS = nowS === null ? null : Math.max(nowS - marker.x, 0);
    showMessage(past ? words.markedPast(marker, agoS) : words.marked(marker));
  }

  #markAndOffer(kind, typing) {
    this.#dose.offer(kind, this.#mark(kind), typing);
  }

  // Returns whether that was done.
  async #addDose({ marker: { id }, past }, dose) {
    const marker = await this.#change(change("PATCH", `${PATH}/${id}`, { text: dose }));
    if (marker) this.#sayMarked(marker, past);
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

  // Only what was typed is sent: what another page has changed meanwhile stays.
  async #edit(event, id) {
    event.preventDefault();
    const typed = fieldsIn(event.target).filter(isTyped);
    if (!typed.length) {
      showMessage(words.unchanged(this.#known.get(id)));
      return;
    }
    const changes = Object.fromEntries(typed.map(({ name, value }) => [name, value.trim()]));
    const marker = await this.#change(change("PATCH", `${PATH}/${id}`, changes));
    if (!marker) return;
    this.#reopen();
    showMessage(words.changed(marker));
  }

  async #remove(id) {
    const marker = this.#known.get(id);
    this.#removing = id;
    if (!(await this.#change(change("DELETE", `${PATH}/${id}`)))) return;
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

  // The focus goes to the button that closes the sheet if its own place is gone.
  #drawDetails() {
    const drawn = get("markers").querySelector(".markers-body").lastElementChild;
    const focused = drawn.contains(document.activeElement);
    drawn.replaceWith(this.#details());
    if (focused) get("markers-close").focus();
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
    const marker = this.#known.get(this.#chosen) ?? null;
    this.#shown = marker;
    if (marker === null) {
      this.#page.compared(null);
      return make("p", { className: "quiet" }, this.#known.size ? words.chooseMarker : "");
    }
    return make("div", { className: "marker-one" }, this.#makeForm(marker), this.#beforeAfter.panel(marker));
  }

  #makeForm(marker) {
    const kind = make("select", { name: "kind", ariaLabel: words.kindLabel });
    for (const [value, word] of Object.entries(words.kinds)) {
      kind.append(make("option", { value, selected: value === marker.kind }, word));
    }
    const text = { name: "text", value: marker.text, maxLength: LONGEST_TEXT, ariaLabel: words.textLabel };
    const actions = [
      button(words.remove, () => this.#remove(marker.id)),
      make("button", { className: "strong" }, common.save),
    ];
    if (marker.seq !== null) actions.unshift(button(common.showFrame, () => this.#look(marker)));
    return make(
      "form",
      { onsubmit: (event) => this.#edit(event, marker.id), oninput: markTyped },
      make("p", { className: "warning", id: "marker-changed", role: "status" }),
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
