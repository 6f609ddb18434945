// What the alarm bar shows and whether it sounds, decided from the server's alarms. Pure: knows no document.

const RANK = { high: 0, medium: 1, low: 2 };
const LOST = { id: null, kind: "technical", cause: "lost", priority: "medium", state: "sounding", suspended: false, value: null };

export const NONE = { active: [], paused_until_ns: null };

// A page that hears nothing cannot know of alarms any more: that itself is one, until the line is back.
export const withLost = (alarms, lost) => (lost ? { ...alarms, active: [...alarms.active, LOST] } : alarms);

export const unseen = (alarm) => alarm.state !== "acknowledged" && !alarm.suspended;

// alarms: as the server sends them. nowNs: the server's clock. Returns {active: gravest first, level: the gravest
// priority, "paused" or "none", sounding: the gravest priority that sounds or null, pausedS: seconds left or null}.
export function shownAlarms(alarms, nowNs) {
  const active = [...alarms.active].sort((a, b) => unseen(b) - unseen(a) || RANK[a.priority] - RANK[b.priority]);
  const left = alarms.paused_until_ns === null ? 0 : (alarms.paused_until_ns - nowNs) / 1e9;
  const pausedS = left > 0 ? left : null;
  const loud = active.filter(unseen);
  const level = active[0]?.priority ?? (pausedS ? "paused" : "none");
  return { active, level, unseen: loud.length > 0, sounding: pausedS ? null : loud[0]?.priority ?? null, pausedS };
}
