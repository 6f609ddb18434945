// One frame of the past: its picture, outlines and everything that is known of its value. Knows the interface for frames.

import { ask, newestOnly } from "./api.js";
import { button, fact, get, make, put } from "./dom.js";
import { bounds } from "./regions.js";
import * as text from "./text.js";

const CROP_PX = 136;

export class Evidence {
  // changed(frame or null): another frame is in view, or none.
  constructor(picture, changed) {
    Object.assign(this, { picture, changed, frame: null, ages: true });
    this.fetch = newestOnly((path, own) => this.load(path, own));
    get("to-live").addEventListener("click", () => this.close());
    get("step-back").addEventListener("click", () => this.step(-1));
    get("step-on").addEventListener("click", () => this.step(1));
    this.drawRegion(null);
  }

  look = (seq) => this.fetch(`/api/frames/${seq}`);
  lookAt = (x) => this.fetch(`/api/frames?at_s=${x}`);

  // The picture on the screen, as it is: the server may not keep it.
  freeze() {
    const live = this.picture.lend();
    if (live) this.fetch(`/api/frames/${live.header.seq}`, live);
  }

  step(by) {
    const seq = this.frame && (by < 0 ? this.frame.previous_seq : this.frame.next_seq);
    if (seq !== null && seq !== undefined) this.look(seq);
  }

  // own: the picture that the page has itself, or nothing.
  async load(path, own) {
    this.wanted = path;
    const frame = await ask(path).catch((error) => ({ refused: error.message }));
    if (this.wanted !== path) return; // closed meanwhile
    if (frame.refused) return this.refuse(frame.refused);
    const bitmap = own?.bitmap ?? (frame.picture.available ? await pictureOf(frame.seq) : null);
    if (this.wanted !== path) return;
    this.frame = frame;
    this.picture.hold(headerOf(frame, own?.header), bitmap);
    this.draw();
    this.changed(frame);
  }

  // Whether there was anything to close.
  close() {
    this.wanted = null;
    if (this.frame === null) return false;
    this.frame = null;
    this.picture.release();
    document.body.dataset.looking = "now";
    get("evidence-head").hidden = get("evidence").hidden = true;
    this.changed(null);
    return true;
  }

  refuse(sentence) {
    get("evidence-head").hidden = false;
    put("evidence-title", sentence);
    if (this.frame === null) setTimeout(() => { if (this.frame === null) get("evidence-head").hidden = true; }, 4000);
  }

  // Over the picture while there is none: {word, say} or null.
  missing() {
    if (this.frame === null || this.picture.held?.bitmap) return null;
    return { word: text.notKept, say: this.frame.picture.why_not };
  }

  draw() {
    const { frame } = this;
    document.body.dataset.looking = "back";
    get("evidence-head").hidden = get("evidence").hidden = false;
    put("evidence-title", this.ages ? text.evidenceTitle(frame.x) : text.reviewTitle(frame.x));
    get("step-back").disabled = frame.previous_seq === null;
    get("step-on").disabled = frame.next_seq === null;
    const valued = frame.density_pct !== null;
    put("evidence-density", valued ? text.percent(frame.density_pct) : text.none);
    put("evidence-interval", valued ? text.frameSays(frame) : text.verdicts.failed);
    get("facts").replaceChildren(...factsOf(frame).map(([term, says]) => fact(term, says)), ...this.nearest());
    this.drawRegion(null);
  }

  // Called often: the age goes on. nowS: axis time now, or null where there is none.
  tick(nowS) {
    if (this.frame === null) return;
    const { seq, frame, x } = this.frame;
    put("evidence-age", this.ages && nowS !== null ? text.evidenceAge(Math.max(nowS - x, 0)) : text.frameOf(seq, frame));
  }

  nearest() {
    const { available, nearest_seq } = this.frame.picture;
    if (this.picture.held.bitmap || available || nearest_seq === null || nearest_seq === undefined) return [];
    return [button(text.nearestKept, () => this.look(nearest_seq))];
  }

  // pointed: the region under the pointer or stepped to, or null. Those of the live picture have their score beside them.
  drawRegion(pointed) {
    const { held } = this.picture;
    const { regions, scores } = held?.header ?? { regions: [], scores: [] };
    const index = held ? pointed : null;
    get("region-steps").hidden = regions.length === 0;
    const crop = get("region-crop");
    crop.hidden = index === null || !held.bitmap;
    const hint = regions.length ? text.regionHint : this.frame?.regions_why_not || text.noRegions;
    put("region-says", index === null ? hint : text.regionScore(scores[index], index, regions.length));
    if (!crop.hidden) drawCrop(crop, held, index);
    crop.ariaLabel = index === null ? "" : text.regionCrop(index);
  }

  stepRegion(by) {
    const { length } = this.picture.held?.header.regions ?? [];
    if (length) this.picture.point(((this.picture.pointed ?? (by > 0 ? -1 : 0)) + by + length) % length);
  }
}

async function pictureOf(seq) {
  const answer = await fetch(`/api/frames/${seq}.jpg`).catch(() => null);
  return answer?.ok ? createImageBitmap(await answer.blob()).catch(() => null) : null;
}

// As a live picture has it. Outlines that the server does not have may still be those of the page's own picture.
function headerOf(frame, own) {
  const { seq, width, height } = frame;
  const grade = frame.status === "failed" ? "failed" : frame.quality;
  if (frame.regions === null && own) return { seq, width, height, grade, regions: own.regions, scores: own.scores };
  const regions = frame.regions ?? [];
  return { seq, width, height, grade, regions: regions.map((r) => r.polygon), scores: regions.map((r) => r.score) };
}

function factsOf(frame) {
  const { facts } = text;
  const rows = [[facts.quality, text.verdicts[frame.status === "failed" ? "failed" : frame.quality ?? "failed"]]];
  const reasons = [...frame.quality_reasons, frame.error].filter(Boolean).join("; ");
  if (reasons) rows.push([facts.reasons, reasons]);
  if (frame.truth_density_pct !== null) rows.push([facts.truth, text.percent(frame.truth_density_pct)]);
  rows.push(
    [facts.latency, text.milliseconds(frame.latency_ms)],
    [facts.dropped, text.count(frame.drops_total)],
    [facts.frame, text.frameOf(frame.seq, frame.frame)],
    [facts.worker, text.workerOf(frame.worker, frame.attempt)],
    [facts.model, frame.model_id],
  );
  if (frame.regions_from) rows.push([facts.outlines, text.outlinesFrom[frame.regions_from] ?? frame.regions_from]);
  return rows;
}

// The region with a margin of half its size, from the picture that is shown.
function drawCrop(canvas, { header, bitmap }, index) {
  const box = bounds(header.regions[index]);
  const side = Math.max(box.right - box.left, box.bottom - box.top, 8) * 1.5;
  const [middleX, middleY] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const scale = bitmap.width / header.width;
  canvas.width = canvas.height = CROP_PX;
  const ctx = canvas.getContext("2d");
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(bitmap, (middleX - side / 2) * scale, (middleY - side / 2) * scale, side * scale, side * scale, 0, 0, CROP_PX, CROP_PX);
}
