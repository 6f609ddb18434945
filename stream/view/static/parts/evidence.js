// One frame of the past: its picture, its outlines, and everything that is known of its value.
// Knows the interface for frames, and the picture that shows them.

import { fact, get, put } from "../browser/dom.js";
import { read, readPicture } from "../browser/requests.js";
import { stopwatch } from "../browser/stopwatch.js";
import { isGood, toNearestS } from "../state/frame.js";
import { bounds } from "../state/regions.js";
import { notGoodThen } from "../text/density.js";
import * as words from "../text/evidence.js";
import { clock, count, milliseconds, NO_VALUE, percent } from "../text/format.js";
import { verdicts } from "../text/quality.js";
import { furtherFacts } from "./further-measures.js";
import { showMessage } from "./message.js";
import { qualityOf, reasonsOf } from "./quality.js";

const CROP_PX = 136;
const CROP_MARGIN = 1.5; // the side of the crop over the side of the region
const SMALLEST_REGION_PX = 8;
const SNAP_S = 1; // a picture so near stands for the frame that was asked for
const LOADING_MS = 150; // less is not seen

export class Evidence {
  /** The frame in view (see docs/page-api.md), or null. */
  frame = null;
  /** Whether frames can be asked for: not after the end of the program. */
  reachable = true;
  /** Whether frames have an age; those of a finished session have none. */
  ages = true;

  #picture;
  #changed;
  #asked = null; // what was asked for and is not here yet: {path, place, x, ending, sinceMs, shown}
  #next = null; // the moment to ask for when that is here
  #notLoaded = ""; // why the picture of the frame in view could not be loaded

  /**
   * Let the buttons and the picture work.
   * @param {import("./picture.js").Picture} picture
   * @param {() => void} changed another frame is in view or asked for, or none
   */
  constructor(picture, changed) {
    this.#picture = picture;
    this.#changed = changed;
    get("picture").addEventListener("click", () => this.frame === null && this.freeze());
    get("step-back").addEventListener("click", () => this.step(-1));
    get("step-on").addEventListener("click", () => this.step(1));
    get("region-back").addEventListener("click", () => this.#stepRegion(-1));
    get("region-on").addEventListener("click", () => this.#stepRegion(1));
    get("nearest-picture").addEventListener("click", () => this.#toNearest());
    this.showRegion(null);
  }

  /** The moment of the axis that was asked for last, else that of the frame in view; null if there is none. */
  get moment() {
    return this.#next ?? this.#asked?.x ?? this.frame?.x ?? null;
  }

  /** What was asked for last, else the frame in view: {seq} or {at_s}, a moment of the axis; null if there is none. */
  get place() {
    if (this.#next !== null) return { at_s: this.#next };
    return this.#asked?.place ?? (this.frame && { seq: this.frame.seq });
  }

  /** Whether a frame is on its way for long enough to be said. */
  get loading() {
    return this.#asked !== null && this.#asked.sinceMs() > LOADING_MS;
  }

  /** Bring the frame of this number into view; x is its moment on the axis, if that is known. */
  look = (seq, x = null) => this.#ask(`api/frames/${seq}`, { seq }, x);

  /** Bring the frame nearest to a moment of the axis into view: one with a picture, if one is that near. */
  lookAt = (x) => this.#ask(`api/frames?at_s=${x}&within_s=${SNAP_S}`, { at_s: x }, x);

  /** Do as `lookAt`, but show the frame that is on its way first: of the moments that come meanwhile, only the newest. */
  scrubTo = (x) => {
    if (this.#asked === null) {
      this.lookAt(x);
    } else {
      this.#next = x;
      this.#changed();
    }
  };

  /** Bring the live picture into view, as it is on the screen: the server may not keep it. */
  freeze() {
    const own = this.#picture.lend();
    if (own) this.#ask(`api/frames/${own.header.seq}`, { seq: own.header.seq }, own.header.x, own);
  }

  /** Go to the frame before (-1) or after (1). */
  step(by) {
    const seq = by < 0 ? this.frame?.previous_seq : this.frame?.next_seq;
    if (seq !== null && seq !== undefined) this.look(seq);
  }

  /** Go back to the live picture. Returns whether a frame was in view or on its way. */
  close() {
    if (this.moment === null && this.#asked === null) return false;
    this.#asked?.ending.abort();
    this.#asked = null;
    this.#next = null;
    this.frame = null;
    this.#picture.release();
    document.body.dataset.looking = "now";
    get("evidence-head").hidden = true;
    get("evidence").hidden = true;
    this.#changed();
    return true;
  }

  /** Return what is written over the picture while it is on its way or missing: {word, say}, or null. */
  missing() {
    if (this.loading) return { word: words.loading, say: words.loadingAt(this.#asked.x) };
    if (this.frame === null || this.#picture.held?.bitmap) return null;
    if (this.#notLoaded) return { word: words.notLoaded, say: this.#notLoaded };
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

  // Ask for a frame; what was asked for before and is not here yet, is not waited for any more. A key that is held asks
  // for the same frame again and again. place: see above. own: the picture that the page has itself, or nothing.
  #ask(path, place, x, own) {
    if (!this.reachable) {
      showMessage(words.unreachable);
      return Promise.resolve();
    }
    this.#next = null;
    if (this.#asked?.path === path) return this.#asked.shown;
    this.#asked?.ending.abort();
    const asked = { path, place, x, ending: new AbortController(), sinceMs: stopwatch() };
    this.#asked = asked;
    asked.shown = this.#load(asked, own);
    this.#changed();
    return asked.shown;
  }

  async #load(asked, own) {
    const loaded = await loadFrame(asked.path, own, asked.ending.signal).catch((error) => error);
    if (this.#asked !== asked) return;
    this.#asked = null;
    if (loaded instanceof Error) {
      showMessage(words.frameNotLoaded(asked.x, loaded.message));
    } else {
      this.frame = loaded.frame;
      this.#notLoaded = loaded.notLoaded;
      this.#picture.hold(headerOf(loaded.frame, own?.header), loaded.bitmap);
      this.#draw();
    }
    if (this.#next === null) this.#changed();
    else this.lookAt(this.#next);
  }

  #draw() {
    const { frame } = this;
    const opens = get("evidence").hidden;
    document.body.dataset.looking = "back";
    get("evidence-head").hidden = false;
    get("evidence").hidden = false;
    // On a phone the trend that was touched lies below the picture. A review opens by itself, and at its top.
    if (opens && this.ages) get("view").scrollIntoView({ block: "nearest" });
    put("evidence-title", this.ages ? words.pastTitle(frame.x) : words.reviewTitle(frame.x));
    get("step-back").disabled = frame.previous_seq === null;
    get("step-on").disabled = frame.next_seq === null;
    const good = isGood(frame);
    put("evidence-density", good ? percent(frame.density_pct) : NO_VALUE);
    put("evidence-interval", good ? words.finding(frame) : notGoodThen);
    put("evidence-snapped", words.snapped(frame.picture.snapped_s));
    const nearestS = this.#picture.held.bitmap ? null : toNearestS(frame);
    get("nearest-picture").hidden = nearestS === null;
    if (nearestS !== null) put("nearest-picture", words.nearestKept(nearestS));
    get("region").hidden = !this.#picture.held.bitmap && !frame.regions?.length;
    list("facts", factsOf(frame));
    list("technical-facts", technicalFactsOf(frame));
    this.showRegion(null);
  }

  #toNearest() {
    const { nearest_seq: seq, nearest_x: x } = this.frame.picture;
    this.look(seq, x);
  }

  #stepRegion(by) {
    const { length } = this.#picture.held?.header.regions ?? [];
    if (!length) return;
    const from = this.#picture.pointed ?? (by > 0 ? -1 : 0);
    this.#picture.point((from + by + length) % length);
  }
}

/** Load a frame and its picture: {frame, bitmap, notLoaded}; without a picture bitmap is null, and notLoaded may say why. */
async function loadFrame(path, own, signal) {
  const frame = await read(path, signal);
  if (own || !frame.picture.available) return { frame, bitmap: own?.bitmap ?? null, notLoaded: "" };
  try {
    return { frame, bitmap: await readPicture(`api/frames/${frame.seq}.jpg`, signal), notLoaded: "" };
  } catch (error) {
    return { frame, bitmap: null, notLoaded: error.message };
  }
}

/** Make the header of a frame, as a live picture has one. The page's own may have outlines that the server lacks. */
function headerOf(frame, own) {
  const { seq, width, height } = frame;
  const objects = frame.objects ?? own?.objects ?? [];
  const base = { seq, width, height, objects, quality: qualityOf(frame) };
  if (frame.regions === null && own) return { ...base, regions: own.regions, scores: own.scores };
  const regions = frame.regions ?? [];
  return { ...base, regions: regions.map(({ polygon }) => polygon), scores: regions.map(({ score }) => score) };
}

const list = (id, facts) => get(id).replaceChildren(...facts.map(([term, value]) => fact(term, value)));

/** List what is asked first of a frame, [term, words]. */
function factsOf(frame) {
  const { facts } = words;
  const reasons = reasonsOf(frame).join("; ");
  return [
    [facts.quality, verdicts[qualityOf(frame)]],
    ...(reasons ? [[facts.reasons, reasons]] : []),
    ...(frame.density_pct === null || isGood(frame) ? [] : [[facts.notCounted, percent(frame.density_pct)]]),
    ...furtherFacts(frame.measures),
    ...(frame.objects?.length ? [[facts.objects, words.objectsFound(frame.objects)]] : []),
    ...(frame.x === null ? [] : [[facts.time, clock(frame.x, true)]]),
  ];
}

/** List how a frame was measured, [term, words]. */
function technicalFactsOf(frame) {
  const { facts } = words;
  const truth = frame.truth_density_pct;
  return [
    ...(truth === null ? [] : [[facts.truth, words.truthOf(truth)]]),
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
