// Requests that follow each other quickly.

import assert from "node:assert/strict";
import { test } from "node:test";
import { newestOnly } from "../../stream/view/static/browser/requests.js";

test("one request at a time, and of those that wait only the newest", async () => {
  const made = [];
  let finish = null;
  const ask = newestOnly((what) => {
    made.push(what);
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  const all = ask("first");
  ask("second");
  ask("third");
  assert.deepEqual(made, ["first"]);
  finish();
  await new Promise(setImmediate);
  assert.deepEqual(made, ["first", "third"]);
  finish();
  await all;
});
