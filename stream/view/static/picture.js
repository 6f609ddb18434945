// The picture and the outlines that belong to it, drawn together: the live one, or one that is held for a look.
// Knows a header and a bitmap, not the state.

import { at, fit } from "./regions.js";
import { stopwatch } from "./state.js";

const OLD_MS = 2000;
const HALO = "rgba(0, 0, 0, 0.55)";

export class PictureView {
  // onPoint(index or null): the pointer is over this region of the picture shown.
  constructor(canvas, onPoint) {
    Object.assign(this, { canvas, onPoint, live: null, held: null, outlines: true, wanted: null, decoding: false, pointed: null });
    this.since = () => Infinity;
    new ResizeObserver(() => this.draw()).observe(canvas);
    canvas.addEventListener("pointermove", (event) => this.follow(event));
    canvas.addEventListener("pointerdown", (event) => this.follow(event));
    canvas.addEventListener("pointerleave", () => { this.pointer = null; if (!this.held) this.point(null); });
  }

  // Decode and draw; when pictures come faster than they decode, only the newest is kept waiting.
  async show(header, jpeg) {
    this.wanted = [header, jpeg];
    if (this.decoding) return;
    this.decoding = true;
    try {
      while (this.wanted) {
        const [nextHeader, nextJpeg] = this.wanted;
        this.wanted = null;
        const bitmap = await createImageBitmap(nextJpeg).catch(() => null);
        if (bitmap) this.take({ header: nextHeader, bitmap });
      }
    } finally {
      this.decoding = false;
    }
  }

  take(picture) {
    if (this.live && !this.live.lent) this.live.bitmap.close();
    this.live = picture;
    this.since = stopwatch();
    if (this.held) return;
    this.pointed = this.pointer ? at(picture.header.regions, ...this.pointer) : null;
    this.draw();
  }

  // The live picture, to keep: it is not thrown away when the next one comes.
  lend() {
    if (this.live) this.live.lent = true;
    return this.live;
  }

  // Show this picture until `release`; a bitmap of null shows the ground alone.
  hold(header, bitmap) {
    this.held = { header, bitmap };
    this.point(null);
    this.draw();
  }

  release() {
    this.held = null;
    this.point(null);
    this.draw();
  }

  get shown() {
    return this.held ?? this.live;
  }

  // Whether the picture on the screen belongs to the readings that come now.
  current() {
    return this.since() < OLD_MS;
  }

  clear() {
    [this.live, this.since] = [null, () => Infinity];
    this.draw();
  }

  setOutlines(on) {
    this.outlines = on;
    this.draw();
  }

  follow(event) {
    if (!this.shown) return;
    const { scale, left, top, ratio } = this.place();
    this.pointer = [(event.offsetX * ratio - left) / scale, (event.offsetY * ratio - top) / scale];
    const region = at(this.shown.header.regions, ...this.pointer);
    if (region !== null || !this.held) this.point(region);
  }

  point(index) {
    if (index === this.pointed) return;
    this.pointed = index;
    this.draw();
    this.onPoint(index);
  }

  place() {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(this.canvas.clientWidth * ratio), Math.round(this.canvas.clientHeight * ratio)];
    return { ratio, width, height, ...fit(this.shown?.header ?? { width: 16, height: 9 }, width, height) };
  }

  draw() {
    const { canvas, shown } = this;
    const { ratio, width, height, scale, left, top } = this.place();
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const ctx = canvas.getContext("2d");
    ctx.clearRect(0, 0, width, height);
    canvas.dataset.outlines = this.outlines && shown ? shown.header.regions.length : 0;
    canvas.dataset.seq = shown?.header.seq ?? "";
    canvas.dataset.pointed = this.pointed ?? "";
    if (!shown?.bitmap || !width) return;
    ctx.drawImage(shown.bitmap, left, top, shown.header.width * scale, shown.header.height * scale);
    if (this.outlines) this.trace(ctx, shown.header, scale, left, top, ratio);
  }

  // Green and unbroken on a good picture; on any other the outlines count for nothing, and are broken and amber.
  trace(ctx, header, scale, left, top, ratio) {
    const paths = header.regions.map((outline) => pathOf(outline, scale, left, top));
    const good = header.grade === "good";
    const colour = getComputedStyle(this.canvas).getPropertyValue(good ? "--outline" : "--doubt");
    const all = new Path2D();
    paths.forEach((path) => all.addPath(path));
    ctx.lineJoin = "round";
    stroke(ctx, all, HALO, 3 * ratio);
    ctx.setLineDash(good ? [] : [4 * ratio, 4 * ratio]);
    stroke(ctx, all, colour, 1.5 * ratio);
    ctx.setLineDash([]);
    const pointed = paths[this.pointed];
    if (!pointed) return;
    stroke(ctx, pointed, HALO, 6 * ratio);
    stroke(ctx, pointed, "#fff", 3 * ratio);
    this.label(ctx, header, scale, left, top, ratio);
  }

  // The score of the region under the pointer, beside it.
  label(ctx, header, scale, left, top, ratio) {
    const score = header.scores?.[this.pointed];
    if (score === undefined) return;
    const outline = header.regions[this.pointed];
    const x = Math.min(left + Math.max(...outline.filter((_, i) => i % 2 === 0)) * scale + 8 * ratio, ctx.canvas.width - 60 * ratio);
    const y = Math.max(top + outline[1] * scale, 24 * ratio);
    ctx.font = `600 ${16 * ratio}px ${getComputedStyle(this.canvas).fontFamily}`;
    ctx.fillStyle = "rgba(8, 13, 18, 0.85)";
    ctx.fillRect(x, y - 19 * ratio, 50 * ratio, 26 * ratio);
    ctx.fillStyle = "#fff";
    ctx.fillText(score.toFixed(2), x + 7 * ratio, y);
  }
}

function pathOf(outline, scale, left, top) {
  const path = new Path2D();
  for (let i = 0; i + 1 < outline.length; i += 2) path.lineTo(left + outline[i] * scale, top + outline[i + 1] * scale);
  path.closePath();
  return path;
}

function stroke(ctx, path, colour, width) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke(path);
}
