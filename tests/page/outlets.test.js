// What the page says of the outlets.

import assert from "node:assert/strict";
import { test } from "node:test";
import { noticesOf } from "../../stream/view/static/state/notices.js";
import { outletsOf } from "../../stream/view/static/state/outlets.js";

const at = new Date(2026, 10, 28, 14, 3, 22).getTime() * 1e6;
const well = {
  name: "ward",
  condition: "connected",
  waiting: 0,
  delivered: 9,
  given_up: 0,
  error: "",
  since_ns: at,
};
const failing = {
  ...well,
  condition: "failing",
  waiting: 1200,
  error: "the broker at 127.0.0.1:1883 does not answer.",
};

test("without outlets nothing is shown", () => {
  assert.equal(outletsOf([]), null);
  assert.equal(outletsOf(undefined), null);
});

test("outlets that work are one line, and no notice", () => {
  const { word, summary, bad } = outletsOf([well, { ...well, name: "archive" }]);
  assert.deepEqual([word, summary, bad], ["Outlets 2", "All 2 outlets are connected.", false]);
  assert.equal(outletsOf([well]).summary, "The outlet is connected.");
  assert.deepEqual(noticesOf({ outlets: [well] }), []);
});

test("an outlet that has had nothing to send is no trouble", () => {
  const idle = { ...well, condition: "idle" };
  const { summary, bad } = outletsOf([well, idle]);
  assert.deepEqual([summary, bad], ["1 of 2 connected; 1 idle.", false]);
});

test("what else is known of an outlet is said with it", () => {
  const subscribers = { ...well, name: "publish", detail: "2 subscribers, not encrypted" };
  assert.equal(outletsOf([subscribers]).list[0].says, "connected since 14:03:22, 2 subscribers, not encrypted");
});

test("an outlet that fails is named, with its reason, its time and what waits", () => {
  assert.deepEqual(noticesOf({ outlets: [well, failing] }), [
    "Outlet ward: failing since 14:03:22: the broker at 127.0.0.1:1883 does not answer.",
  ]);
  const { word, summary, bad, list } = outletsOf([well, { ...failing, given_up: 1 }]);
  assert.deepEqual([word, summary, bad], ["Outlets: 1 failing", "1 of 2 outlets failing.", true]);
  assert.equal(list[0].says, "connected since 14:03:22");
  const says = "FAILING since 14:03:22, 1\u202f200 messages waiting, 1 message given up";
  assert.deepEqual(list[1], { name: "ward", says, error: failing.error, bad: true });
});

test("a long reason is cut in the notice, which has one line, and whole in the list", () => {
  const error = "the server refuses the certificate, ".repeat(5);
  assert.ok(noticesOf({ outlets: [{ ...failing, error }] })[0].length < 150);
  assert.equal(outletsOf([{ ...failing, error }]).list[0].error, error);
});

test("several that fail are named in one notice", () => {
  const [notice, ...more] = noticesOf({ outlets: [failing, { ...failing, name: "archive" }] });
  assert.equal(notice, "2 outlets are failing: ward, archive (“Outlets” says why).");
  assert.deepEqual(more, []);
});
