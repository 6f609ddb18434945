// What the alarm bar shows and whether it sounds, decided from the server's alarms. Pure.

const RANK = { high: 0, medium: 1, low: 2 };
const LOST = {
  id: null,
  kind: "technical",
  cause: "lost",
  priority: "medium",
  state: "sounding",
  suspended: false,
  value: null,
};

/** The alarms of a page that has heard of none. */
export const NO_ALARMS = { active: [], paused_until_ns: null };

/** Add the page's own alarm of a lost connection: without one, the page cannot know of any alarm. */
export const withLost = (alarms) => ({ ...alarms, active: [...alarms.active, LOST] });

/** Return whether an alarm asks to be acknowledged. */
export const isUnseen = (alarm) => alarm.state !== "acknowledged" && !alarm.suspended;

/**
 * Decide what is shown and what sounds.
 * @param {{active: object[], paused_until_ns: ?number}} alarms as the server sends them (see docs/page-api.md)
 * @param {number} nowNs the server's clock
 * @param {boolean} audible whether the sound of this page is on; without it there is nothing to pause
 * @returns {{active: object[], level: string, unseen: boolean, silent: boolean, sounding: ?string, pausedS: ?number}}
 *   the alarms, unseen and gravest first; the gravest priority, "paused" or "none"; whether any is unseen; whether it
 *   would sound if the sound were on; the priority that sounds; the seconds that the pause still lasts
 */
export function shownAlarms(alarms, nowNs, audible) {
  const active = [...alarms.active].sort((a, b) => isUnseen(b) - isUnseen(a) || RANK[a.priority] - RANK[b.priority]);
  const leftS = alarms.paused_until_ns === null ? 0 : (alarms.paused_until_ns - nowNs) / 1e9;
  const pausedS = audible && leftS > 0 ? leftS : null;
  const unseen = active.filter(isUnseen);
  const level = active[0]?.priority ?? (pausedS ? "paused" : "none");
  const silent = !audible && unseen.length > 0;
  const sounding = pausedS || silent ? null : (unseen[0]?.priority ?? null);
  return { active, level, unseen: unseen.length > 0, silent, sounding, pausedS };
}
