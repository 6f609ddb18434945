// Puts a status into the document's words. Knows the elements' names and text.js, not where the status came from.

import { named } from "./state.js";
import * as text from "./text.js";

// The states in which the picture on the screen is the current one.
const SEEN = new Set(["good", "poor signal"]);

const get = (id) => document.getElementById(id);

// Writing only what changed keeps a screen reader and the layout quiet.
function put(id, value) {
  const element = get(id);
  if (element.textContent !== value) element.textContent = value;
}

export function showState(status, decided, pictured) {
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
  const over = SEEN.has(decided.state) ? text.unpictured : state;
  get("banner").hidden = SEEN.has(decided.state) && pictured;
  put("banner-word", over.word);
  put("banner-say", over.say);
}

export function showDensity(status, decided) {
  const shown = decided.current && status.density_pct !== null;
  put("density", shown ? status.density_pct.toFixed(1) : text.none);
  put("interval", shown ? text.interval(status.density_low_pct, status.density_high_pct) : text.none);
  put("count", shown ? text.count(status.capillary_count ?? 0) : text.none);
  put("age", shown ? text.age(decided.goodAgeMs / 1000) : text.none);
  const last = status?.last_good_pct ?? null;
  put("last", shown ? "" : last === null ? text.noGoodYet : text.lastGood(last, decided.goodAgeMs / 1000));
}

export function showQuality(status, decided) {
  const known = SEEN.has(decided.state) && status?.quality;
  const quality = known ? status.quality : "none";
  get("quality").dataset.quality = quality;
  get("quality-icon").setAttribute("href", `#quality-${quality}`);
  put("verdict", known ? text.verdicts[quality] : text.notCurrent);
  put("advice", known ? todo(quality, status.quality_reasons) : "");
  put("reason", known && quality !== "good" ? status.quality_reasons.join("; ") : "");
}

function todo(quality, reasons) {
  if (quality === "good") return text.adviceGood;
  if (quality === "failed") return text.adviceFailed;
  for (const reason of reasons) {
    const found = text.advice.find(([pattern]) => pattern.test(reason));
    if (found) return found[1];
  }
  return text.adviceElse;
}

export function showCorner(status, decided) {
  if (!status) return;
  const known = SEEN.has(decided.state);
  put("source", `${status.source}`);
  put("session", status.session);
  put("rate", known ? text.rate(status.frames_per_s) : text.none);
  put("latency", known ? text.milliseconds(status.latency_ms) : text.none);
  put("readings", text.count(status.readings));
  put("dropped", text.count(status.dropped));
  put("failed", text.count(status.failed));
  put("workers", String(status.workers));
  put("model", status.model_id || text.none);
  put("version", status.version);
}
