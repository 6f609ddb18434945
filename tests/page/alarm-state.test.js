// What the alarm bar shows, and what sounds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_ALARMS, shownAlarms, withLost } from "../../stream/view/static/state/alarm-state.js";

const NOW_NS = 1e9;
const alarm = (priority, state, suspended = false) => ({ priority, state, suspended });
const seen = alarm("high", "acknowledged");
const low = alarm("low", "latched");
const high = alarm("high", "sounding");
const unknown = alarm("high", "sounding", true);

const cases = [
  ["nothing is active", [], null, "none", null],
  ["a pause is shown", [], 5e9, "paused", null],
  ["an acknowledged alarm is silent", [seen], null, "high", null],
  ["an unseen alarm comes before a graver one that was seen", [seen, low], null, "low", "low"],
  ["the gravest alarm sounds", [low, high], null, "high", "high"],
  ["a pause silences", [low, high], 5e9, "high", null],
  ["a pause that is over does not", [low, high], 0, "high", "high"],
  ["a suspended alarm is silent and comes last", [unknown, low], null, "low", "low"],
  ["a suspended alarm is still shown", [unknown], null, "high", null],
];
for (const [what, active, pausedUntilNs, level, sounding] of cases) {
  test(what, () => {
    const shown = shownAlarms({ active, paused_until_ns: pausedUntilNs }, NOW_NS, true);
    assert.equal(shown.level, level);
    assert.equal(shown.sounding, sounding);
  });
}

test("a lost connection is an alarm of the page's own", () => {
  const shown = shownAlarms(withLost(NO_ALARMS), NOW_NS, true);
  assert.deepEqual([shown.active[0].cause, shown.sounding], ["lost", "medium"]);
  assert.deepEqual(NO_ALARMS.active, []);
});

test("without sound an unseen alarm is silent, a seen one is quiet anyway, and no pause counts down", () => {
  const shown = (active) => shownAlarms({ active, paused_until_ns: 5e9 }, NOW_NS, false);
  assert.deepEqual([shown([high]).silent, shown([high]).sounding, shown([high]).pausedS], [true, null, null]);
  assert.equal(shown([seen]).silent, false);
  assert.equal(shown([]).level, "none");
});
