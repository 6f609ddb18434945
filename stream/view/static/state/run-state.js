// Which state to show, decided from the last status and the page's own clock. Pure.

// These states promise something current; silence or an old reading takes the promise back.
const CURRENT = new Set(["good", "poor signal"]);

/** Return the name under which a state is shown: a good one is called by its mode (live, demo, replay, review). */
export const shownAs = (state, mode) => (state === "good" ? mode : state);

/** Return whether the picture on the screen is the current one in this state. */
export const isCurrent = (state) => CURRENT.has(state);

/**
 * Decide which state to show.
 * @param {object|null} status the newest one (see docs/page-api.md)
 * @param {number} sinceMs how long ago it came
 * @param {boolean} connected whether the server speaks
 * @param {number} staleAfterMs the age at which a reading counts as stale
 * @param {boolean} ended whether the server said, as it closed, that the run has ended
 * @returns {{state: string, ageMs: ?number, goodAgeMs: ?number, current: boolean, connected: boolean}}
 */
export function decide(status, sinceMs, connected, staleAfterMs, ended = false) {
  const ageNow = (ms) => (ms === null || ms === undefined ? null : ms + sinceMs);
  const tooOld = (ms) => ms === null || ms > staleAfterMs;
  const ageMs = ageNow(status?.age_ms);
  const goodAgeMs = ageNow(status?.last_good_age_ms);
  let state = ended ? "ended" : (status?.state ?? "starting");
  if (isCurrent(state) && tooOld(ageMs)) state = "stale";
  else if (state === "good" && tooOld(goodAgeMs)) state = "poor signal";
  // A run that has ended takes its server with it: that is no fault.
  if (!connected && state !== "ended") state = "lost";
  return { state, ageMs, goodAgeMs, current: state === "good", connected };
}
