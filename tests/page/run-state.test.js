// The page decides from its own clock what is current: silence never keeps an old number on the screen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decide, shownAs } from "../../stream/view/static/state/run-state.js";
import { badgeOf, title } from "../../stream/view/static/text/run-state.js";

const STALE_AFTER_MS = 1000;
const good = { state: "good", mode: "live", age_ms: 100, last_good_age_ms: 100 };
const poor = { state: "poor signal", mode: "live", age_ms: 100, last_good_age_ms: 5000 };

const cases = [
  ["a good reading is current", good, 0, true, "good"],
  ["a good reading grows stale", good, 950, true, "stale"],
  ["a good reading before the newest grows old", { ...good, last_good_age_ms: 900 }, 200, true, "poor signal"],
  ["a poor signal stays one", poor, 100, true, "poor signal"],
  ["a poor signal grows stale", poor, 950, true, "stale"],
  ["a lost connection is shown at once", good, 0, false, "lost"],
  ["trouble that is known is not called stale", { ...good, state: "no camera", age_ms: 9000 }, 0, true, "no camera"],
  ["a run that has ended takes its server with it", { ...good, state: "ended" }, 9000, false, "ended"],
  ["before the first status the run is starting", null, 0, true, "starting"],
  ["without a server there is no run to start", null, 0, false, "lost"],
];
for (const [what, status, sinceMs, connected, state] of cases) {
  test(what, () => {
    const decided = decide(status, sinceMs, connected, STALE_AFTER_MS);
    assert.equal(decided.state, state);
    assert.equal(decided.current, state === "good");
  });
}

test("a server that said goodbye is not lost", () => {
  assert.equal(decide(good, 0, false, STALE_AFTER_MS, true).state, "ended");
});

test("ages go on while nothing comes", () => {
  const { ageMs, goodAgeMs } = decide({ ...good, last_good_age_ms: null }, 50, true, STALE_AFTER_MS);
  assert.equal(ageMs, 150);
  assert.equal(goodAgeMs, null);
});

test("a good state is called by its mode", () => {
  assert.equal(shownAs("good", "demo"), "demo");
  assert.equal(shownAs("stale", "demo"), "stale");
});

test("a review says how its session was made, and each word once", () => {
  const [review, live, lost] = [{ word: "REVIEW" }, { word: "LIVE" }, { word: "CONNECTION LOST" }];
  assert.equal(badgeOf("review", "demo", review), "DEMO");
  assert.equal(badgeOf("review", "live", review), "");
  assert.equal(badgeOf("review", "demo", lost), "DEMO · REVIEW");
  assert.equal(badgeOf("demo", undefined, live), "DEMO");
});

test("tabs are told apart by the user's own word, in a review at least by the session", () => {
  const state = { word: "REVIEW" };
  assert.equal(
    title({ mode: "review", name: "bed 4", session: "s1" }, "DEMO", state),
    "bed 4 · DEMO · REVIEW – Capillary Stream",
  );
  assert.equal(title({ mode: "review", name: "", session: "s1" }, "", state), "s1 · REVIEW – Capillary Stream");
  assert.equal(title({ mode: "live", name: "", session: "s1" }, "", { word: "LIVE" }), "LIVE – Capillary Stream");
  assert.equal(title(null, "", { word: "STARTING" }), "STARTING – Capillary Stream");
});
