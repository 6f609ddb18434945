import assert from "node:assert/strict";
import { test } from "node:test";
import { keepOf, signOf } from "../../stream/view/static/state/recording.js";

const going = { recorded: 900, not_recorded: 0, minutes: 0.5, last_minutes: 0, stays: true, stopped: "" };
const rolling = { ...going, minutes: 9.6, last_minutes: 10, stays: false };

test("without a recording nothing is shown", () => {
  assert.equal(signOf(null), null);
  assert.equal(keepOf(null), null);
});

test("a recording of everything has a sign with its length, and nothing to keep", () => {
  assert.deepEqual(signOf(going), { word: "REC 30 s", detail: "Pictures are recorded: 30 s", bad: false });
  assert.equal(keepOf(going), null);
});

test("the last minutes can be kept, once", () => {
  assert.match(signOf(rolling).detail, /last 10 min are on disk/);
  assert.deepEqual(keepOf(rolling), { word: "Keep the last 10 min of pictures", why: "" });
  assert.equal(keepOf({ ...rolling, stays: true }).word, "Pictures are kept");
  assert.notEqual(keepOf({ ...rolling, stays: true }).why, "");
});

test("before the first frame there is nothing to keep, and the button says so", () => {
  assert.equal(keepOf({ ...rolling, recorded: 0 }).why, "Nothing is recorded yet.");
});

test("frames that were not recorded and a recording that stopped are said in words", () => {
  const lost = signOf({ ...going, not_recorded: 1 });
  assert.ok(lost.bad && lost.detail.endsWith("; 1 frame not recorded"));
  const stopped = signOf({ ...going, stopped: "the disk is full" });
  assert.deepEqual([stopped.word, stopped.bad], ["REC STOPPED", true]);
  assert.match(stopped.detail, /the disk is full/);
});
