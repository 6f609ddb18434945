// The way through time: the length of the trend, its zoom, and steps from frame to frame.

import { get, put } from "../browser/dom.js";
import { recall, remember } from "../browser/storage.js";
import * as words from "../text/trend.js";

const STORED = "capillary-window";
const ZOOM = 1.5;
const JUMPS_PER_WINDOW = 10;
const WHOLE = "session";

export class Navigation {
  #trend;
  #evidence;
  #session;
  #moved;

  /**
   * Let the lengths of the trend be chosen.
   * @param {import("../plot/trend.js").Trend} trend
   * @param {import("./evidence.js").Evidence} evidence
   * @param {import("../state/session.js").Session} session
   * @param {() => void} moved the trend shows another stretch
   */
  constructor(trend, evidence, session, moved) {
    this.#trend = trend;
    this.#evidence = evidence;
    this.#session = session;
    this.#moved = moved;
    get("windows").addEventListener("change", (event) => this.#choose(event.target.value));
    for (const id of ["to-now", "to-live"]) get(id).addEventListener("click", () => this.toNow());
  }

  /** Show the length that was chosen last; of a finished session the whole. */
  begin() {
    this.#choose(this.#session.reviewing ? WHOLE : recall(STORED));
  }

  /** Go back to now, with the picture and with the trend. Returns whether one of them was in the past. */
  toNow() {
    if (this.#session.reviewing) return false;
    const [pictured, followed] = [this.#evidence.close(), this.#trend.fixedEdges === null];
    if (!followed) this.#choose(lengths().find(({ checked }) => checked).value);
    return pictured || !followed;
  }

  /** Say whether the trend ends in the past, and offer the way back while it does not follow the newest reading. */
  showPlace() {
    const end = this.#trend.pastEnd();
    get("trend-past").hidden = end === null;
    put("trend-past", end === null ? "" : words.past(end));
    get("to-now").hidden = this.#session.reviewing || this.#trend.fixedEdges === null;
  }

  /** Go to the frame before (-1) or after (1). Returns false if there is none: nothing follows the live picture. */
  step(by) {
    if (this.#evidence.frame !== null) this.#evidence.step(by);
    else if (by < 0)
      this.#evidence.freeze(); // the step back from the live picture leads to the newest frame
    else return false;
    return true;
  }

  /** Go a tenth of the window back (-1) or on (1). */
  jump(by) {
    const [from, to] = this.#trend.edges();
    const [first, last] = this.#trend.extent();
    const x = (this.#evidence.moment ?? to) + (by * (to - from)) / JUMPS_PER_WINDOW;
    this.#evidence.lookAt(Math.min(Math.max(x, first), last));
  }

  /** Go to the first moment of the session. */
  toFirst() {
    this.#evidence.lookAt(this.#trend.extent()[0]);
  }

  /** Go to the last moment of the session. */
  toLast() {
    this.#evidence.lookAt(this.#trend.extent()[1]);
  }

  /** Show a shorter trend. */
  zoomIn() {
    this.#zoom(1 / ZOOM);
  }

  /** Show a longer trend. */
  zoomOut() {
    this.#zoom(ZOOM);
  }

  #zoom(factor) {
    this.#trend.zoom(factor);
    this.#moved();
  }

  // A length that is not offered (nothing may be remembered) is the shortest.
  #choose(wanted) {
    const offered = lengths();
    const chosen = offered.find(({ value }) => value === wanted) ?? offered[0];
    chosen.checked = true;
    if (!this.#session.reviewing) remember(STORED, chosen.value);
    this.#trend.show(chosen.value === WHOLE ? WHOLE : Number(chosen.value));
    this.#moved();
  }
}

const lengths = () => [...document.querySelectorAll("input[name=window]")];
