// The session that is shown, and its time.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Session } from "../../stream/view/static/state/session.js";

const status = { state: "good", mode: "live", t_ns: 100e9 };

test("time goes on between two statuses, but not in a replay, and not after the end", () => {
  const wall = mock.method(Date, "now", () => 0);
  const session = new Session();
  assert.equal(session.axisNowS(), null);
  session.receive(status);
  wall.mock.mockImplementation(() => 60_000);
  assert.ok(session.axisNowS() >= 160);
  assert.ok(session.serverNs() >= 160e9);
  session.receive({ ...status, mode: "replay" });
  assert.equal(session.axisNowS(), null);
  session.receive({ ...status, state: "ended" });
  assert.equal(session.axisNowS(), null);
  wall.mock.restore();
});

test("the server says when a reading is stale, and whether this is a review", () => {
  const session = new Session();
  assert.deepEqual([session.staleAfterMs, session.reviewing], [1000, false]);
  session.info = { mode: "review", stale_after_s: 2.5 };
  assert.deepEqual([session.staleAfterMs, session.reviewing], [2500, true]);
});
