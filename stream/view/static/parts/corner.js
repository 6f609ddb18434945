// What the run is and what it counts: in small print at the top and at the foot.

import { put } from "../browser/dom.js";
import { isCurrent } from "../state/run-state.js";
import { count, milliseconds, NO_VALUE, rate } from "../text/format.js";

/** Show the facts of a status, if there is one, and the session's name. */
export function showCorner(status, decided, info) {
  if (!status) return;
  put("name", info?.name ?? "");
  const current = isCurrent(decided.state);
  put("source", status.source);
  put("session", status.session);
  put("rate", current ? rate(status.frames_per_s) : NO_VALUE);
  put("latency", current && status.latency_ms !== null ? milliseconds(status.latency_ms) : NO_VALUE);
  put("readings", count(status.published));
  put("dropped", count(status.dropped));
  put("failed", count(status.failed));
  put("workers", String(status.workers));
  put("model", status.model_id || NO_VALUE);
  put("transfer", status.transfer);
  put("version", status.version);
}
