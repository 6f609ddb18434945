// The scale of the picture: its bar, and measuring it with two points of a known distance. Knows the picture, no frame.

import { button, get, head, make, put, setFlag } from "../browser/dom.js";
import { send } from "../browser/requests.js";
import { barOf, configuration, farApart, scaleOf } from "../state/scale.js";
import * as common from "../text/common.js";
import * as words from "../text/scale.js";
import { hideMessage, showMessage } from "./message.js";

const LONGEST_BAR = 0.2; // of the width of the frame, as it is shown
const LONGEST_BAR_PX = 220;
const SHORTEST_BAR_PX = 24; // a bar that is shorter is not worth its place

export class Scale {
  #picture;
  #handlers;
  #dialog = get("scale");
  #points = null; // of the frame, [x, y] in its pixels; null: nothing is measured
  #umPerPx = null;

  /**
   * Let the button and clicks into the picture work.
   * @param {import("./picture.js").Picture} picture
   * @param {object} handlers
   * @param {() => void} handlers.hold hold the picture, so that it does not move
   * @param {() => boolean} handlers.reviewing whether a finished session is shown
   * @param {(answer: object) => void} handlers.kept the session has a scale now
   */
  constructor(picture, handlers) {
    this.#picture = picture;
    this.#handlers = handlers;
    get("scale-open").addEventListener("click", () => (this.#points ? this.close() : this.#begin()));
    // Before the click asks for the frame in view.
    get("picture").addEventListener("click", (event) => this.#points && this.#click(event), true);
  }

  /** Show the bar of this scale, µm per pixel of the frame; none if it is not known (null). */
  receive(umPerPx) {
    this.#umPerPx = umPerPx;
    this.showBar();
  }

  /** Draw the bar anew: the picture is shown otherwise. */
  showBar() {
    const { scale, width } = this.#picture.measures();
    const bar =
      this.#umPerPx && scale ? barOf(this.#umPerPx / scale, Math.min(width * LONGEST_BAR, LONGEST_BAR_PX)) : null;
    get("scale-bar").hidden = bar === null || bar.px < SHORTEST_BAR_PX;
    if (bar === null) return;
    get("scale-line").style.width = `${bar.px}px`;
    put("scale-length", words.barText(bar.um));
  }

  /** Stop measuring. Returns whether it was going on. */
  close() {
    if (!this.#points) return false;
    this.#mark(null);
    this.#dialog.close();
    return true;
  }

  #begin() {
    this.#handlers.hold();
    this.#mark([]);
    showMessage(words.first);
  }

  #mark(points) {
    this.#points = points;
    this.#picture.mark(points ?? []);
    setFlag("scale-open", "aria-pressed", points !== null);
  }

  #click(event) {
    event.stopImmediatePropagation();
    const point = this.#picture.pointAt(event.offsetX, event.offsetY);
    const [start] = this.#points.length === 1 ? this.#points : [];
    if (start && !farApart(start, point)) {
      this.#mark([]);
      showMessage(words.tooClose);
      return;
    }
    this.#mark(start ? [start, point] : [point]);
    if (start) this.#ask();
    else showMessage(words.second);
  }

  #ask() {
    hideMessage();
    const input = make("input", { id: "scale-um", type: "number", min: "0", step: "any", required: true });
    const found = make("output", { className: "found" });
    const refusal = make("p", { className: "error", role: "alert" });
    const form = make(
      "form",
      { className: "body", onsubmit: (event) => this.#measure(event, Number(input.value), found, refusal) },
      make("label", {}, words.length, " ", input),
      refusal,
      found,
      make("div", { className: "actions end" }, make("button", { className: "strong" }, words.measure)),
    );
    const closing = button(common.close, () => this.close());
    this.#dialog.replaceChildren(head(words.title, closing, { id: "scale-title" }), form);
    this.#dialog.onclose = () => this.#mark(null);
    this.#dialog.showModal();
    input.focus();
  }

  #measure(event, lengthUm, found, refusal) {
    event.preventDefault();
    const scale = scaleOf(this.#points, lengthUm);
    put(refusal, scale ? "" : words.noScale);
    found.replaceChildren(...(scale ? this.#result(scale, refusal) : []));
  }

  #result(scale, refusal) {
    const reviewing = this.#handlers.reviewing();
    const lines = configuration(scale.umPerPx, this.#picture.measures().frameWidth);
    const keep = button(words.keep, () => this.#keep(scale.umPerPx, refusal), { className: "strong" });
    return [
      make("p", {}, make("strong", {}, words.scaleText(scale))),
      ...(reviewing ? [make("p", {}, keep)] : []),
      make("p", { className: "quiet" }, reviewing ? words.forConfiguration : words.forNext),
      make("pre", { tabIndex: 0 }, lines),
    ];
  }

  async #keep(umPerPx, refusal) {
    try {
      this.#handlers.kept(await send("PUT", "api/scale", { um_per_px: umPerPx }));
      this.close();
      showMessage(words.kept);
    } catch (error) {
      put(refusal, error.message);
    }
  }
}
