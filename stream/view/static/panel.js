// Puts a status into the document's words. Knows the elements' names and text.js, not where the status came from.

import { get, put } from "./dom.js";
import { named } from "./state.js";
import * as text from "./text.js";

// The states in which the picture on the screen is the current one.
const SEEN = new Set(["good", "poor signal"]);

// looking: an older frame is in view, and `missing` says why it has no picture ({word, say} or null).
export function showState(status, decided, pictured, looking, missing) {
  const name = named(decided.state, status?.mode);
  const state = text.states[name];
  const mode = text.modes[status?.mode ?? "live"];
  const badge = mode && mode !== state.word ? mode : "";
  const body = document.body;
  if (body.dataset.state !== name) {
    body.dataset.state = name;
    get("state-icon").setAttribute("href", `#icon-${name.replace(" ", "-")}`);
    put("state-word", state.word);
    document.title = text.title(badge, state);
    put("announcer", text.announce(badge, state));
  }
  body.dataset.mode = status?.mode ?? "live";
  body.dataset.current = decided.current;
  body.dataset.connected = decided.connected;
  put("mode", badge);
  get("mode").hidden = !badge;
  const over = looking ? missing : SEEN.has(decided.state) ? (pictured ? null : text.unpictured) : state;
  get("banner").hidden = over === null;
  put("banner-word", over?.word ?? "");
  put("banner-say", over?.say ?? "");
  const notices = decided.connected ? (status?.notices ?? []) : [];
  get("notices").hidden = notices.length === 0;
  put("notices", notices.join(" "));
}

export function showDensity(status, decided) {
  const shown = decided.current && status.density_pct !== null;
  const last = status?.last_good_pct ?? null;
  put("density-title", text.densityNow);
  values(shown ? status : null);
  put("age", shown ? text.age(decided.goodAgeMs / 1000) : text.none);
  put("last", shown ? "" : last === null ? text.noGoodYet : text.lastGood(last, decided.goodAgeMs / 1000));
}

// In a review: the value of the frame in view (see docs/page-api.md), or null.
export function showFrame(frame) {
  const good = frame !== null && frame.status === "ok" && frame.quality === "good" && frame.density_pct !== null;
  put("density-title", frame === null ? text.densityNow : text.densityAt(frame.x));
  values(good ? frame : null);
  put("age", text.none);
  put("last", frame === null ? text.chooseMoment : good ? "" : text.notGoodThen);
  const quality = frame === null ? "none" : frame.status === "failed" || frame.quality === null ? "failed" : frame.quality;
  verdict(quality, frame === null ? text.none : text.verdicts[quality], "", frame?.quality_reasons ?? []);
}

function values(reading) {
  document.body.dataset.valued = reading !== null;
  put("density", reading ? reading.density_pct.toFixed(1) : text.none);
  put("interval", reading ? text.interval(reading.density_low_pct, reading.density_high_pct) : text.none);
  put("count", reading ? text.count(reading.capillary_count ?? 0) : text.none);
}

// pressing: density fell with focus steady, which a microscope that is pressed on the skin does.
export function showQuality(status, decided, pressing) {
  const known = SEEN.has(decided.state) && status?.quality;
  if (!known) return verdict("none", text.notCurrent, "", []);
  const { quality, quality_reasons: reasons } = status;
  const hint = quality === "good" && pressing ? [text.densityFell] : reasons;
  return verdict(quality, text.verdicts[quality], todo(quality, hint), quality === "good" && !pressing ? [] : hint);
}

function verdict(quality, word, advice, reasons) {
  get("quality").dataset.quality = quality;
  get("quality-icon").setAttribute("href", `#quality-${quality}`);
  put("verdict", word);
  put("advice", advice);
  put("reason", reasons.join("; "));
}

function todo(quality, reasons) {
  if (quality === "failed") return text.adviceFailed;
  for (const reason of reasons) {
    const found = text.advice.find(([pattern]) => pattern.test(reason));
    if (found) return found[1];
  }
  return quality === "good" ? text.adviceGood : text.adviceElse;
}

export function showCorner(status, decided) {
  if (!status) return;
  const known = SEEN.has(decided.state);
  put("source", status.source);
  put("session", status.session);
  put("rate", known ? text.rate(status.frames_per_s) : text.none);
  put("latency", known && status.latency_ms !== null ? text.milliseconds(status.latency_ms) : text.none);
  put("readings", text.count(status.readings));
  put("dropped", text.count(status.dropped));
  put("failed", text.count(status.failed));
  put("workers", String(status.workers));
  put("model", status.model_id || text.none);
  put("version", status.version);
}
