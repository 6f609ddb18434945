// What a tab shows of its source, and which alarm of several is called first.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gravestOf, isAnother, placeAfter, tabOf } from "../../stream/view/static/state/tabs.js";

const RUNNING = { running: true };
const alarm = (priority, unseen = true) => ({ priority, unseen, sign: priority, name: "Low density" });
const LIVE = { state: "live", word: "LIVE", current: true, density: "6.3 %", alarm: alarm("high") };

test("a tab shows what its page says while the page speaks", () => {
  assert.deepEqual(tabOf(LIVE, 900, RUNNING), LIVE);
});

test("the value and the alarm of a page that is silent are not shown", () => {
  const silent = tabOf(LIVE, 3100, RUNNING);
  assert.deepEqual(silent, { state: "lost", word: "NO ANSWER", current: false, density: "", alarm: null });
  assert.equal(tabOf(LIVE, 3100, null).word, "CONNECTION LOST");
  assert.equal(tabOf(LIVE, 3100, { running: false }).word, "ENDED");
});

test("a source whose page has said nothing yet is starting", () => {
  assert.equal(tabOf(null, 60000, RUNNING).word, "STARTING");
});

test("an alarm that nobody has seen is called before a graver one that somebody has", () => {
  const tabs = [
    { title: "one", alarm: null },
    { title: "two", alarm: alarm("high", false) },
    { title: "three", alarm: alarm("low") },
    { title: "four", alarm: alarm("medium") },
  ];
  assert.equal(gravestOf(tabs).title, "four");
  assert.equal(gravestOf(tabs.slice(0, 2)).title, "two");
  assert.equal(gravestOf(tabs.slice(0, 1)), null);
});

test("a page whose program was started anew with other sources is loaded again", () => {
  const two = { sources: [{}, {}], version: "1" };
  assert.equal(isAnother(two, null), false);
  assert.equal(isAnother({ ...two }, two), false);
  assert.equal(isAnother({ ...two, sources: [{}, {}, {}] }, two), true);
  assert.equal(isAnother({ ...two, version: "2" }, two), true);
  assert.equal(isAnother({ state: "good", version: "1" }, two), true, "one source alone has no tabs");
});

test("arrows go round in the row of tabs, Home and End to its ends", () => {
  assert.equal(placeAfter("ArrowRight", 2, 3), 0);
  assert.equal(placeAfter("ArrowLeft", 0, 3), 2);
  assert.equal(placeAfter("Home", 2, 3), 0);
  assert.equal(placeAfter("End", 0, 3), 2);
  assert.equal(placeAfter("a", 0, 3), null);
});
