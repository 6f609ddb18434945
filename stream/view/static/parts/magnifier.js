// The picture larger: in the page, over the whole screen, and a part of it enlarged. Knows the picture, no frame.

import { get, put, setFlag } from "../browser/dom.js";
import { isZoomed, moved, WHOLE, zoomedAt } from "../state/zoom.js";
import * as words from "../text/magnifier.js";

const STEP = 1.5;
const WHEEL = 1.2;
const DRAG_PX = 5;

export class Magnifier {
  #picture;
  #canvas = get("picture");
  #fingers = new Map(); // pointers that are down: id → [x, y] in the canvas
  #dragged = false;

  /** Let the buttons, the wheel, and drags over the picture work. */
  constructor(picture) {
    this.#picture = picture;
    get("enlarge").addEventListener("click", () => this.toggle());
    get("full-screen").addEventListener("click", () => this.#toggleFullScreen());
    get("zoom-in").addEventListener("click", () => this.zoomIn());
    get("zoom-out").addEventListener("click", () => this.zoomOut());
    get("zoom-whole").addEventListener("click", () => this.#show(WHOLE));
    get("contrast").addEventListener("input", ({ target }) => picture.setContrast(Number(target.value)));
    this.#canvas.addEventListener("wheel", (event) => this.#turn(event), { passive: false });
    this.#canvas.addEventListener("pointerdown", (event) => this.#press(event));
    this.#canvas.addEventListener("pointermove", (event) => this.#drag(event));
    for (const type of ["pointerup", "pointercancel"])
      this.#canvas.addEventListener(type, ({ pointerId }) => this.#fingers.delete(pointerId));
    // A drag ends with a click, which would ask for the frame in view.
    this.#canvas.addEventListener("click", (event) => this.#dragged && event.stopImmediatePropagation(), true);
    document.addEventListener("fullscreenchange", () => this.#label());
    this.#label();
  }

  /** Whether the picture has the page for itself. */
  get large() {
    return document.body.dataset.picture === "large";
  }

  /** Give the picture the page if that makes it larger, or give the page back. */
  toggle() {
    if (!this.large && !get("enlarge").checkVisibility()) return;
    document.body.dataset.picture = this.large ? "" : "large";
    if (!this.large) this.#reset();
    this.#label();
  }

  /** Give the page back. Returns whether the picture had it. */
  close() {
    if (!this.large) return false;
    this.toggle();
    return true;
  }

  /** Show a smaller part of the picture. */
  zoomIn() {
    this.#zoom(STEP);
  }

  /** Show a larger part of the picture. */
  zoomOut() {
    this.#zoom(1 / STEP);
  }

  // at: the point of the frame that stays at its place; without it the one in the middle.
  #zoom(factor, at) {
    const { zoom } = this.#picture;
    this.#show(zoomedAt(zoom, factor, at ?? [zoom.x, zoom.y]));
  }

  #show(zoom) {
    this.#picture.setZoom(zoom);
    this.#label();
  }

  #reset() {
    this.#show(WHOLE);
    this.#picture.setContrast(1);
    get("contrast").value = 1;
    if (document.fullscreenElement) document.exitFullscreen();
  }

  #toggleFullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else get("view").requestFullscreen();
  }

  // A page that scrolls keeps its wheel, but for a pinch on a touchpad, which comes as a wheel with Ctrl.
  #turn(event) {
    const scrolls = document.documentElement.scrollHeight > document.documentElement.clientHeight;
    if (scrolls && !event.ctrlKey && !this.large) return;
    event.preventDefault();
    this.#zoom(event.deltaY < 0 ? WHEEL : 1 / WHEEL, this.#picture.shareAt(event.offsetX, event.offsetY));
  }

  #press({ pointerId, offsetX, offsetY }) {
    if (this.#fingers.size === 0) this.#dragged = false;
    this.#fingers.set(pointerId, { from: [offsetX, offsetY], at: [offsetX, offsetY] });
  }

  #drag({ pointerId, offsetX, offsetY }) {
    const finger = this.#fingers.get(pointerId);
    if (!finger) return;
    const before = [...this.#fingers.values()].map(({ at }) => at);
    const last = finger.at;
    finger.at = [offsetX, offsetY];
    this.#dragged ||= distance(finger.from, finger.at) > DRAG_PX;
    if (!this.#dragged) return;
    if (this.#fingers.size === 2)
      this.#pinch(
        before,
        [...this.#fingers.values()].map(({ at }) => at),
      );
    else if (isZoomed(this.#picture.zoom)) this.#pan(last, finger.at);
  }

  #pinch(before, after) {
    const [x, y] = after[0].map((value, i) => (value + after[1][i]) / 2);
    this.#zoom(distance(...after) / Math.max(distance(...before), 1), this.#picture.shareAt(x, y));
  }

  #pan(from, to) {
    const [a, b] = [this.#picture.shareAt(...from), this.#picture.shareAt(...to)];
    this.#show(moved(this.#picture.zoom, a[0] - b[0], a[1] - b[1]));
  }

  #label() {
    const { times } = this.#picture.zoom;
    setFlag("enlarge", "aria-pressed", this.large);
    setFlag("full-screen", "aria-pressed", document.fullscreenElement !== null);
    put("enlarge-word", this.large ? words.smaller : words.larger);
    put("full-screen-word", document.fullscreenElement ? words.leaveFullScreen : words.fullScreen);
    put("zoom-whole", words.times(times));
    get("zoom-whole").disabled = get("zoom-out").disabled = !isZoomed(this.#picture.zoom);
    this.#canvas.dataset.zoom = times;
  }
}

const distance = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by);
