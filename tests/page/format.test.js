// Numbers and times have one way to be written, everywhere on the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../../stream/view/static/text/format.js";

process.env.TZ = "UTC";
const NOON_S = Date.UTC(2026, 0, 2, 12, 0, 0) / 1000;

test("a recording's own time begins with its minutes, and has hours only if there are some", () => {
  const cases = [
    [0, "0:00"],
    [59.9, "0:59"],
    [59.96, "1:00"], // rounded to a tenth before anything is cut off
    [3599, "59:59"],
    [3600, "1:00:00"],
    [36_061, "10:01:01"],
  ];
  for (const [x, written] of cases) assert.equal(format.clock(x), written);
});

test("a time of day has hours, minutes and seconds, and a tenth if it is asked for", () => {
  assert.equal(format.clock(NOON_S + 1.26), "12:00:01");
  assert.equal(format.clock(NOON_S + 1.26, true), "12:00:01.3");
  assert.equal(format.clock(NOON_S + 59.97, true), "12:01:00.0");
  assert.equal(format.clock(61.25, true), "1:01.3");
});

test("a list names recordings to the tenth, and times of day to the second", () => {
  assert.equal(format.preciseClock(61.2), "1:01.2");
  assert.equal(format.preciseClock(NOON_S + 0.2), "12:00:00");
});

test("a length of time has its two largest units", () => {
  const cases = [
    [0, "0 s"],
    [59.9, "59 s"],
    [60, "1 min 0 s"],
    [3599.9, "59 min 59 s"],
    [3600, "1 h 0 min"],
    [90_061, "25 h 1 min"],
  ];
  for (const [seconds, written] of cases) assert.equal(format.span(seconds), written);
  assert.equal(format.minutes(119.9), "1:59");
});

test("a limit is written as it was set", () => {
  assert.equal(format.limitPercent(4), "4.0 %");
  assert.equal(format.limitPercent(4.25), "4.25 %");
  assert.equal(format.percent(4.25), "4.3 %");
});

test("signs and thousands are those of print", () => {
  assert.equal(format.signed(-1.26), "−1.3");
  assert.equal(format.signed(0), "+0.0");
  assert.equal(format.count(1234567), "1\u202f234\u202f567");
});
