// The session that is shown: what the server said last, and how long ago.

import { stopwatch } from "../browser/stopwatch.js";

const DEFAULT_STALE_AFTER_S = 1;

export class Session {
  /** What the server said of the run in its hello, or null (see docs/page-api.md). */
  info = null;
  /** The newest status, or null. */
  status = null;

  #sinceStatus = stopwatch();

  /** Keep a new status. */
  receive(status) {
    this.status = status;
    this.#sinceStatus = stopwatch();
  }

  /** Return how long ago the status came, in ms. */
  sinceStatusMs() {
    return this.#sinceStatus();
  }

  /** Whether this is a session that has ended, opened to look at it. */
  get reviewing() {
    return this.info?.mode === "review";
  }

  get staleAfterMs() {
    return (this.info?.stale_after_s ?? DEFAULT_STALE_AFTER_S) * 1000;
  }

  /** Return the server's clock, ns. */
  serverNs() {
    return (this.status?.t_ns ?? 0) + this.#sinceStatus() * 1e6;
  }

  /** Return the trend's axis time of now, s; null if time stands still: a replay has its own, an ended session none. */
  axisNowS() {
    const { status } = this;
    const moves = status !== null && ["live", "demo"].includes(status.mode) && status.state !== "ended";
    return moves ? status.t_ns / 1e9 + this.#sinceStatus() / 1000 : null;
  }
}
