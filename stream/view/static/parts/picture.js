// The picture and the outlines that belong to it, drawn together: the live one, or one that is held to look at.
// Knows a header and a bitmap, not the state.

import { get, setFlag } from "../browser/dom.js";
import { stopwatch } from "../browser/stopwatch.js";
import { regionAt } from "../state/regions.js";
import { placed, WHOLE } from "../state/zoom.js";
import { drawMarks, drawObjects, drawOutlines } from "./outlines.js";

const OLD_MS = 2000;
const EMPTY_FRAME = { width: 16, height: 9 };
const never = () => Infinity;

export class Picture {
  /** The newest live picture, {header, bitmap}, or null. */
  live = null;
  /** The picture that is held to look at, {header, bitmap}, or null; its bitmap is null if there is none. */
  held = null;
  /** Whether outlines are drawn. */
  outlines = true;
  /** The index of the region under the pointer, or null. */
  pointed = null;
  /** Which part of the picture is shown (see state/zoom.js). */
  zoom = WHOLE;

  #canvas;
  #onPoint;
  #onOutlines;
  #onPlaced;
  #marks = []; // points of the frame, [x, y] in its pixels
  #placed = ""; // what `onPlaced` was called for last
  #sincePicture = never;
  #waiting = null; // the newest [header, jpeg] that came while another one was decoded
  #decoding = false;
  #pointer = null; // its place in the frame, [x, y]
  #contrast = 1;
  #lent = false; // whether the live picture is kept elsewhere too

  /**
   * Draw into a canvas.
   * @param {HTMLCanvasElement} canvas
   * @param {object} handlers
   * @param {(index: ?number) => void} handlers.onPoint the pointer is over this region, or over none
   * @param {() => void} handlers.onOutlines outlines were switched on or off
   * @param {() => void} handlers.onPlaced the picture is shown in another size or part, or another one is shown
   */
  constructor(canvas, { onPoint, onOutlines, onPlaced }) {
    this.#canvas = canvas;
    this.#onPoint = onPoint;
    this.#onOutlines = onOutlines;
    this.#onPlaced = onPlaced;
    new ResizeObserver(() => this.#draw()).observe(canvas);
    canvas.addEventListener("pointermove", (event) => this.#follow(event));
    canvas.addEventListener("pointerdown", (event) => this.#follow(event));
    canvas.addEventListener("pointerleave", () => this.#leave());
    get("outlines").addEventListener("click", () => this.toggleOutlines());
  }

  /** Decode and draw a live picture; of those that come while another one is decoded, only the newest. */
  async show(header, jpeg) {
    this.#waiting = [header, jpeg];
    if (this.#decoding) return;
    this.#decoding = true;
    try {
      while (this.#waiting) {
        const [nextHeader, nextJpeg] = this.#waiting;
        this.#waiting = null;
        const bitmap = await createImageBitmap(nextJpeg).catch(() => null);
        if (bitmap) this.#take({ header: nextHeader, bitmap });
      }
    } finally {
      this.#decoding = false;
    }
  }

  /** Return the live picture to keep: its bitmap stays when the next one comes. */
  lend() {
    this.#lent = true;
    return this.live;
  }

  /** Show this picture until `release`; without a bitmap (null) the ground alone. */
  hold(header, bitmap) {
    this.held = { header, bitmap };
    this.point(null);
    this.#draw();
  }

  /** Show the live picture again. */
  release() {
    this.held = null;
    this.point(null);
    this.#draw();
  }

  /** Forget the live picture. */
  clear() {
    this.live = null;
    this.#lent = false;
    this.#sincePicture = never;
    this.#draw();
  }

  /** Return whether the live picture belongs to the readings that come now. */
  isCurrent() {
    return this.#sincePicture() < OLD_MS;
  }

  /** Switch outlines on or off. */
  toggleOutlines() {
    this.outlines = !this.outlines;
    this.#draw();
    setFlag("outlines", "aria-pressed", this.outlines);
    this.#onOutlines();
  }

  /** Draw a region (its index) as the one under the pointer, or none (null). */
  point(index) {
    if (index === this.pointed) return;
    this.pointed = index;
    this.#draw();
    this.#onPoint(index);
  }

  /** Show a part of the picture (see state/zoom.js). */
  setZoom(zoom) {
    this.zoom = zoom;
    this.#draw();
  }

  /** Show the picture, not its outlines, with this contrast: 1 as it is. */
  setContrast(contrast) {
    this.#contrast = contrast;
    this.#draw();
  }

  /** Return the point of the frame under a point of the canvas, as shares of its width and height. */
  shareAt(offsetX, offsetY) {
    const { width, height } = this.#shown?.header ?? EMPTY_FRAME;
    const [x, y] = this.pointAt(offsetX, offsetY);
    return [x / width, y / height];
  }

  /** Return the point of the frame under a point of the canvas, in pixels of the frame. */
  pointAt(offsetX, offsetY) {
    const { scale, left, top, ratio } = this.#place();
    return [(offsetX * ratio - left) / scale, (offsetY * ratio - top) / scale];
  }

  /** Mark points of the frame, [x, y] in its pixels; of two, also the line between them. */
  mark(points) {
    this.#marks = points;
    this.#draw();
  }

  /** Return pixels of the page per pixel of the frame (null without a picture), and the frame's width in both. */
  measures() {
    const { scale, ratio } = this.#place();
    const bitmap = this.#shown?.bitmap;
    const frameWidth = this.#shown?.header.width ?? EMPTY_FRAME.width;
    return { scale: bitmap ? scale / ratio : null, width: (frameWidth * scale) / ratio, frameWidth };
  }

  get #shown() {
    return this.held ?? this.live;
  }

  #take(picture) {
    if (!this.#lent) this.live?.bitmap.close();
    this.#lent = false;
    this.live = picture;
    this.#sincePicture = stopwatch();
    if (this.held) return;
    this.pointed = this.#pointer ? regionAt(picture.header.regions, ...this.#pointer) : null;
    this.#draw();
  }

  #follow(event) {
    if (!this.#shown) return;
    this.#pointer = this.pointAt(event.offsetX, event.offsetY);
    const region = regionAt(this.#shown.header.regions, ...this.#pointer);
    // On a held picture the region pointed to last stays, so that its crop can be looked at.
    if (region !== null || !this.held) this.point(region);
  }

  #leave() {
    this.#pointer = null;
    if (!this.held) this.point(null);
  }

  // Where the frame lies in the canvas, in the canvas's own pixels.
  #place() {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [this.#canvas.clientWidth, this.#canvas.clientHeight].map((side) =>
      Math.round(side * ratio),
    );
    return { ratio, width, height, ...placed(this.zoom, this.#shown?.header ?? EMPTY_FRAME, width, height) };
  }

  #draw() {
    const canvas = this.#canvas;
    const shown = this.#shown;
    const place = this.#place();
    const { width, height, scale, left, top } = place;
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const ctx = canvas.getContext("2d");
    ctx.clearRect(0, 0, width, height);
    canvas.dataset.outlines = this.outlines && shown ? shown.header.regions.length : 0;
    canvas.dataset.objects = this.outlines && shown ? shown.header.objects.length : 0;
    canvas.dataset.seq = shown?.header.seq ?? "";
    canvas.dataset.pointed = this.pointed ?? "";
    this.#tellPlace(scale);
    if (!shown?.bitmap || !width) return;
    ctx.filter = `contrast(${this.#contrast})`;
    ctx.drawImage(shown.bitmap, left, top, shown.header.width * scale, shown.header.height * scale);
    ctx.filter = "none";
    if (this.outlines) {
      const style = getComputedStyle(canvas);
      drawObjects(ctx, shown.header, place, style);
      drawOutlines(ctx, shown.header, place, this.pointed, style);
    }
    drawMarks(ctx, this.#marks, place);
  }

  #tellPlace(scale) {
    const placed = `${scale} ${Boolean(this.#shown?.bitmap)} ${this.#shown?.header.width}`;
    if (placed === this.#placed) return;
    this.#placed = placed;
    this.#onPlaced();
  }
}
