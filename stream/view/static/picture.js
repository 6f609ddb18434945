// The picture and the outlines that belong to it, drawn together. Knows a header and a JPEG, not the state.

import { stopwatch } from "./state.js";

const OLD_MS = 2000;
const HALO = "rgba(0, 0, 0, 0.55)";

export class PictureView {
  constructor(canvas) {
    Object.assign(this, { canvas, header: null, bitmap: null, outlines: true, wanted: null, decoding: false });
    this.since = () => Infinity;
    new ResizeObserver(() => this.draw()).observe(canvas);
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
        if (!bitmap) continue;
        this.bitmap?.close();
        [this.header, this.bitmap] = [nextHeader, bitmap];
        this.since = stopwatch();
        this.draw();
      }
    } finally {
      this.decoding = false;
    }
  }

  // Whether the picture on the screen belongs to the readings that come now.
  current() {
    return this.since() < OLD_MS;
  }

  clear() {
    this.bitmap?.close();
    [this.header, this.bitmap, this.since] = [null, null, () => Infinity];
    this.draw();
  }

  setOutlines(on) {
    this.outlines = on;
    this.draw();
  }

  draw() {
    const { canvas, header, bitmap } = this;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const ctx = canvas.getContext("2d");
    ctx.clearRect(0, 0, width, height);
    if (!bitmap || !width) return;
    const scale = Math.min(width / header.width, height / header.height);
    const left = (width - header.width * scale) / 2;
    const top = (height - header.height * scale) / 2;
    ctx.drawImage(bitmap, left, top, header.width * scale, header.height * scale);
    if (this.outlines) this.trace(ctx, scale, left, top, ratio);
    canvas.dataset.seq = header.seq;
    canvas.dataset.outlines = this.outlines ? header.regions.length : 0;
  }

  // Green and unbroken on a good picture; on any other the outlines count for nothing, and are broken and amber.
  trace(ctx, scale, left, top, ratio) {
    const path = new Path2D();
    for (const outline of this.header.regions) {
      for (let i = 0; i + 1 < outline.length; i += 2) {
        const [x, y] = [left + outline[i] * scale, top + outline[i + 1] * scale];
        if (i === 0) path.moveTo(x, y);
        else path.lineTo(x, y);
      }
      path.closePath();
    }
    ctx.lineJoin = "round";
    ctx.strokeStyle = HALO;
    ctx.lineWidth = 3 * ratio;
    ctx.stroke(path);
    const good = this.header.grade === "good";
    ctx.setLineDash(good ? [] : [4 * ratio, 4 * ratio]);
    ctx.strokeStyle = getComputedStyle(this.canvas).getPropertyValue(good ? "--outline" : "--doubt");
    ctx.lineWidth = 1.5 * ratio;
    ctx.stroke(path);
  }
}
