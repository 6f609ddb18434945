// What people should know beside the state.

import assert from "node:assert/strict";
import { test } from "node:test";
import { noticesOf } from "../../stream/view/static/state/notices.js";

const running = {
  kept: false,
  frames_expected: 900,
  frames_per_s: 10,
  published: 300,
  failed: 0,
  dropped: 0,
  notices: [],
};
const nearEnd = { ...running, published: 770 };

test("a demo that nobody keeps says so before its end", () => {
  assert.deepEqual(noticesOf(running), []);
  assert.deepEqual(noticesOf(nearEnd), ["This demo ends in 13 s, and nothing of it is kept."]);
});

test("frames that are dropped bring the end nearer too", () => {
  const halfDropped = { ...running, published: 400, dropped: 400 };
  assert.deepEqual(noticesOf(halfDropped), ["This demo ends in 5 s, and nothing of it is kept."]);
});

test("a page that has seen no frame yet knows of no end", () => {
  assert.deepEqual(noticesOf({ ...running, published: 0 }), []);
});

test("a session that is kept, or has no end, says nothing of it", () => {
  assert.deepEqual(noticesOf({ ...nearEnd, kept: true, notices: ["The disk is full."] }), ["The disk is full."]);
  assert.deepEqual(noticesOf({ ...nearEnd, frames_expected: null }), []);
  assert.deepEqual(noticesOf({ ...nearEnd, frames_per_s: 0 }), []);
  assert.deepEqual(noticesOf(null), []);
});
