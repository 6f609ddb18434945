// What people should know beside the state.

import assert from "node:assert/strict";
import { test } from "node:test";
import { noticesOf } from "../../stream/view/static/state/notices.js";

const running = {
  kept: false,
  frames_expected: 900,
  frames_per_s: 10,
  readings: 300,
  failed: 0,
  dropped: 0,
  notices: [],
};
const nearEnd = { ...running, readings: 770 };

test("a demo that nobody keeps says so before its end", () => {
  assert.deepEqual(noticesOf(running), []);
  assert.deepEqual(noticesOf(nearEnd), ["This demo ends in 13 s, and nothing of it is kept."]);
});

test("a session that is kept, or has no end, says nothing of it", () => {
  assert.deepEqual(noticesOf({ ...nearEnd, kept: true, notices: ["The disk is full."] }), ["The disk is full."]);
  assert.deepEqual(noticesOf({ ...nearEnd, frames_expected: null }), []);
  assert.deepEqual(noticesOf({ ...nearEnd, frames_per_s: 0 }), []);
  assert.deepEqual(noticesOf(null), []);
});
