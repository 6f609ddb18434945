// One frame of the past: its picture, its outlines, and everything that is known of its value.
// Knows the interface for frames, and the picture that shows them.

import { button, fact, get, put } from "../browser/dom.js";
import { newestOnly, read } from "../browser/requests.js";
import { bounds } from "../state/regions.js";
import * as words from "../text/evidence.js";
import { count, milliseconds, NO_VALUE, percent } from "../text/format.js";
import { verdicts } from "../text/quality.js";
import { furtherFacts } from "./further-measures.js";
import { qualityOf } from "./quality.js";

const CROP_PX = 136;
const CROP_MARGIN = 1.5; // the side of the crop over the side of the region
const SMALLEST_REGION_PX = 8;
const REFUSAL_MS = 4000;

export class Evidence {
  /** The frame in view (see docs/page-api.md), or null. */
  frame = null;
  /** Whether frames have an age; those of a finished session have none. */
  ages = true;

  #picture;
  #changed;
  #wanted = null; // the path of the frame that was asked for last
  #fetch = newestOnly((path, own) => this.#load(path, own));

  /**
   * Let the buttons and the picture work.
   * @param {import("./picture.js").Picture} picture
   * @param {() => void} changed another frame is in view, or none
   */
  constructor(picture, changed) {
    this.#picture = picture;
    this.#changed = changed;
    get("picture").addEventListener("click", () => this.frame === null && this.freeze());
    get("to-live").addEventListener("click", () => this.close());
    get("step-back").addEventListener("click", () => this.step(-1));
    get("step-on").addEventListener("click", () => this.step(1));
    get("region-back").addEventListener("click", () => this.#stepRegion(-1));
    get("region-on").addEventListener("click", () => this.#stepRegion(1));
    this.showRegion(null);
  }

  /** Bring the frame of this number into view. */
  look = (seq) => this.#fetch(`api/frames/${seq}`);

  /** Bring the frame nearest to a moment of the axis into view. */
  lookAt = (x) => this.#fetch(`api/frames?at_s=${x}`);

  /** Bring the live picture into view, as it is on the screen: the server may not keep it. */
  freeze() {
    const own = this.#picture.lend();
    if (own) this.#fetch(`api/frames/${own.header.seq}`, own);
  }

  /** Go to the frame before (-1) or after (1). */
  step(by) {
    const seq = by < 0 ? this.frame?.previous_seq : this.frame?.next_seq;
    if (seq !== null && seq !== undefined) this.look(seq);
  }

  /** Go back to the live picture. Returns whether a frame was in view. */
  close() {
    this.#wanted = null;
    if (this.frame === null) return false;
    this.frame = null;
    this.#picture.release();
    document.body.dataset.looking = "now";
    get("evidence-head").hidden = true;
    get("evidence").hidden = true;
    this.#changed();
    return true;
  }

  /** Return what is written over the picture while a frame has none: {word, say}, or null. */
  missing() {
    if (this.frame === null || this.#picture.held?.bitmap) return null;
    return { word: words.notKept, say: this.frame.picture.why_not };
  }

  /** Show how old the frame is; to be called often. nowS: axis time now, or null if time stands still. */
  showAge(nowS) {
    if (this.frame === null) return;
    const { seq, frame, x } = this.frame;
    const aging = this.ages && nowS !== null;
    put("evidence-age", aging ? words.age(Math.max(nowS - x, 0)) : words.frameName(seq, frame));
  }

  /** Show a region (its index) with its score and a close view; null, or a region of the live picture: none. */
  showRegion(pointed) {
    const { held } = this.#picture;
    const { regions, scores } = held?.header ?? { regions: [], scores: [] };
    const index = held ? pointed : null;
    const crop = get("region-crop");
    const hint = regions.length ? words.regionHint : this.frame?.regions_why_not || words.noRegions;
    get("region-steps").hidden = regions.length === 0;
    put("region-says", index === null ? hint : words.regionScore(scores[index], index, regions.length));
    crop.hidden = index === null || !held.bitmap;
    if (!crop.hidden) drawCrop(crop, held, index);
    crop.ariaLabel = index === null ? "" : words.regionCrop(index);
  }

  // own: the picture that the page has itself, or nothing.
  async #load(path, own) {
    this.#wanted = path;
    const frame = await read(path).catch((error) => ({ refused: error.message }));
    if (this.#wanted !== path) return; // it was closed in the meantime
    if (frame.refused) {
      this.#refuse(frame.refused);
      return;
    }
    const bitmap = own?.bitmap ?? (frame.picture.available ? await bitmapOf(frame.seq) : null);
    if (this.#wanted !== path) return;
    this.frame = frame;
    this.#picture.hold(headerOf(frame, own?.header), bitmap);
    this.#draw();
    this.#changed();
  }

  #refuse(sentence) {
    get("evidence-head").hidden = false;
    put("evidence-title", sentence);
    if (this.frame !== null) return;
    setTimeout(() => {
      if (this.frame === null) get("evidence-head").hidden = true;
    }, REFUSAL_MS);
  }

  #draw() {
    const { frame } = this;
    document.body.dataset.looking = "back";
    get("evidence-head").hidden = false;
    get("evidence").hidden = false;
    put("evidence-title", this.ages ? words.pastTitle(frame.x) : words.reviewTitle(frame.x));
    get("step-back").disabled = frame.previous_seq === null;
    get("step-on").disabled = frame.next_seq === null;
    const valued = frame.density_pct !== null;
    put("evidence-density", valued ? percent(frame.density_pct) : NO_VALUE);
    put("evidence-interval", valued ? words.finding(frame) : verdicts.failed);
    get("facts").replaceChildren(...factsOf(frame).map(([term, value]) => fact(term, value)), ...this.#toNearest());
    this.showRegion(null);
  }

  // A button to the nearest frame that has a picture, if this one has none.
  #toNearest() {
    const { available, nearest_seq } = this.frame.picture;
    if (this.#picture.held.bitmap || available || nearest_seq === null || nearest_seq === undefined) return [];
    return [button(words.nearestKept, () => this.look(nearest_seq))];
  }

  #stepRegion(by) {
    const { length } = this.#picture.held?.header.regions ?? [];
    if (!length) return;
    const from = this.#picture.pointed ?? (by > 0 ? -1 : 0);
    this.#picture.point((from + by + length) % length);
  }
}

async function bitmapOf(seq) {
  const answer = await fetch(`api/frames/${seq}.jpg`).catch(() => null);
  return answer?.ok ? createImageBitmap(await answer.blob()).catch(() => null) : null;
}

/** Make the header of a frame, as a live picture has one. The page's own may have outlines that the server lacks. */
function headerOf(frame, own) {
  const { seq, width, height } = frame;
  const objects = frame.objects ?? own?.objects ?? [];
  const base = { seq, width, height, objects, grade: qualityOf(frame) };
  if (frame.regions === null && own) return { ...base, regions: own.regions, scores: own.scores };
  const regions = frame.regions ?? [];
  return { ...base, regions: regions.map(({ polygon }) => polygon), scores: regions.map(({ score }) => score) };
}

/** List what is known of a frame, [term, words]. */
function factsOf(frame) {
  const reasons = [...frame.quality_reasons, frame.error].filter(Boolean).join("; ");
  const { facts } = words;
  const truth = frame.truth_density_pct;
  return [
    [facts.quality, verdicts[qualityOf(frame)]],
    ...(reasons ? [[facts.reasons, reasons]] : []),
    ...furtherFacts(frame.measures),
    ...(frame.objects?.length ? [[facts.objects, words.objectsFound(frame.objects)]] : []),
    ...(truth === null ? [] : [[facts.truth, percent(truth)]]),
    [facts.latency, milliseconds(frame.latency_ms)],
    [facts.dropped, count(frame.drops_total)],
    [facts.frame, words.frameName(frame.seq, frame.frame)],
    [facts.worker, words.workerName(frame.worker, frame.attempt)],
    [facts.model, frame.model_id],
    ...(frame.regions_from ? [[facts.outlines, words.outlinesFrom[frame.regions_from] ?? frame.regions_from]] : []),
  ];
}

/** Draw a region with a margin around it, from the picture that is shown. */
function drawCrop(canvas, { header, bitmap }, index) {
  const box = bounds(header.regions[index]);
  const side = Math.max(box.right - box.left, box.bottom - box.top, SMALLEST_REGION_PX) * CROP_MARGIN;
  const [left, top] = [(box.left + box.right - side) / 2, (box.top + box.bottom - side) / 2];
  const scale = bitmap.width / header.width;
  canvas.width = CROP_PX;
  canvas.height = CROP_PX;
  const ctx = canvas.getContext("2d");
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(bitmap, left * scale, top * scale, side * scale, side * scale, 0, 0, CROP_PX, CROP_PX);
}
