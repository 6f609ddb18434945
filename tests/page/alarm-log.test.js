// The alarm log: a signal that comes and goes fills one line.

import assert from "node:assert/strict";
import { test } from "node:test";
import { folded } from "../../stream/view/static/state/alarm-log.js";
import { unjudged } from "../../stream/view/static/text/alarms.js";

const event = (id, name, second) => ({ id, event: name, t_ns: second * 1e9 });

test("pairs of one alarm become one entry, in the place of the first", () => {
  const log = folded([
    event(1, "raised", 0),
    event(1, "suspended", 10),
    event(1, "judged", 14),
    event(null, "limits", 15),
    event(1, "suspended", 20),
    event(1, "judged", 30),
    event(1, "cleared", 40),
  ]);
  assert.deepEqual(
    log.map((entry) => entry.event),
    ["raised", "unjudged", "limits", "cleared"],
  );
  assert.equal(log[1].t_ns, 10e9);
  assert.equal(unjudged(log[1]), "signal poor 2 times, 14 s");
});

test("what happens to the alarm itself begins a new entry, and other alarms have their own", () => {
  const log = folded([
    event(1, "suspended", 0),
    event(2, "suspended", 0),
    event(1, "judged", 3),
    event(2, "judged", 3),
    event(1, "acknowledged", 4),
    event(1, "suspended", 5),
  ]);
  assert.deepEqual(
    log.map((entry) => [entry.id, entry.event]),
    [
      [1, "unjudged"],
      [2, "unjudged"],
      [1, "acknowledged"],
      [1, "unjudged"],
    ],
  );
  assert.equal(unjudged(log[0]), "signal poor once, 3 s");
  assert.equal(unjudged(log[3]), "signal poor, cannot be judged");
});

test("what lasts still is not counted as over", () => {
  const log = folded([event(1, "suspended", 0), event(1, "judged", 3), event(1, "suspended", 5)]);
  assert.equal(unjudged(log[0]), "signal poor once, 3 s; again, cannot be judged");
});

test("an alarm that is judged again without a beginning in this list stays as it is", () => {
  assert.deepEqual(folded([event(1, "judged", 3)]), [event(1, "judged", 3)]);
});
