// What every page agrees on: the newest version counts, by whichever way it came.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedState } from "../../stream/view/static/state/shared-state.js";

const LIMITS = { low_pct: null };
const alarms = (limits, active = []) => ({ active, paused_until_ns: null, limits });
const hello = (version, more = {}) => ({
  version,
  alarms: alarms(LIMITS),
  sites: { sites: [] },
  markers: [],
  ...more,
});

function page() {
  const told = { alarms: [], limits: [], sites: [], markers: [] };
  const tell = Object.fromEntries(Object.keys(told).map((name) => [name, (value) => told[name].push(value)]));
  const shared = new SharedState(tell);
  return { shared, told, now: (name) => told[name].at(-1) };
}

test("limits that another page set arrive with the next message", () => {
  const { shared, now } = page();
  shared.begin(hello(3));
  shared.take({ version: 4, alarms: alarms({ low_pct: 9 }) });
  assert.deepEqual(now("limits"), { low_pct: 9 });
});

test("a message that was on its way when this page's own change was answered takes nothing back", () => {
  const { shared, now } = page();
  shared.begin(hello(3));
  shared.take({ version: 5, limits: { low_pct: 9 } });
  shared.take({ version: 4, alarms: alarms(LIMITS, [{ id: 1 }]), sites: { sites: [1] } });
  assert.deepEqual(now("limits"), { low_pct: 9 });
  assert.deepEqual(now("alarms").active, [{ id: 1 }], "of the rest, it is the newest that is known");
  assert.deepEqual(now("sites"), { sites: [1] });
});

test("what did not change is not told again", () => {
  const { shared, told } = page();
  shared.begin(hello(3));
  shared.take({ version: 4, alarms: alarms(LIMITS, [{ id: 1 }]), sites: { sites: [] } });
  shared.take({ version: 4, alarms: alarms(LIMITS, [{ id: 1 }]), sites: { sites: [] } });
  assert.deepEqual([told.alarms.length, told.limits.length, told.sites.length], [2, 1, 1]);
});

test("each marker has a version of its own, so that none is lost beside a newer one", () => {
  const { shared, now } = page();
  shared.begin(hello(3, { markers: [{ id: 1, state_version: 2, x: 5 }] }));
  shared.take({ version: 6, markers: [{ id: 3, state_version: 6, x: 1 }] });
  shared.take({ version: 5, markers: [{ id: 2, state_version: 5, x: 3 }] });
  assert.deepEqual(
    now("markers").map(({ id }) => id),
    [3, 2, 1],
  );
});

test("a marker that was removed does not come back with an older message", () => {
  const { shared, now } = page();
  shared.begin(hello(3, { markers: [{ id: 1, state_version: 2, x: 5 }] }));
  shared.take({ version: 7, markers: [{ id: 1, removed: true }] });
  shared.take({ version: 6, markers: [{ id: 1, state_version: 6, x: 5 }] });
  assert.deepEqual(now("markers"), []);
});

test("a hello replaces all that was known, also if its versions begin anew", () => {
  const { shared, now } = page();
  shared.begin(
    hello(30, { alarms: alarms({ low_pct: 9 }), sites: { sites: [1, 2] }, markers: [{ id: 1, state_version: 9 }] }),
  );
  shared.begin(hello(0, { alarms: alarms(null) }));
  assert.equal(now("limits"), null);
  assert.deepEqual([now("sites").sites, now("markers")], [[], []]);
});
