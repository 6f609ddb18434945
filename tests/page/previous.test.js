// The words of the notice of the session before.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, said } from "../../stream/view/static/text/previous.js";

test("how long ago the last session ended is said coarsely", () => {
  const lengths = [-3, 4, 27, 59, 60, 179, 3600, 86_000];
  assert.deepEqual(lengths.map(ago), [
    "ended a moment ago",
    "ended a moment ago",
    "ended 20 s ago",
    "ended 50 s ago",
    "ended 1 min ago",
    "ended 2 min ago",
    "ended 1 h ago",
    "ended 23 h ago",
  ]);
});

test("limits that the last session had are named, one that was off too", () => {
  assert.equal(
    said({ low_pct: 9 }).join("ended 20 s ago"),
    "The last one, ended 20 s ago, had: Low density below 9.0 %.",
  );
  assert.equal(said({ high_pct: null, low_pct: 4 })[1], ", had: High density off, Low density below 4.0 %.");
  assert.equal(said({}).join("ended 20 s ago"), "The last one ended 20 s ago.");
});
