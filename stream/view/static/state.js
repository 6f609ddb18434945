// Which state to show, decided from the last status and the page's own clock. Pure: knows no document.

// A state that promises something current; silence or an old reading takes it back.
const CURRENT = new Set(["good", "poor signal"]);

// The page's clock: the steady one, unless the wall clock says that more time went by (a laptop that slept).
export function stopwatch() {
  const steady = performance.now();
  const wall = Date.now();
  return () => Math.max(performance.now() - steady, Date.now() - wall);
}

// The word for a state: a good one is called by its mode.
export const named = (state, mode) => (state === "good" ? mode : state);

// status: the newest one, or null. sinceMs: how long ago it came. ended: the server said so as it left. Returns {state, current, connected, ages in ms or null}.
export function decide(status, sinceMs, connected, staleAfterMs, ended = false) {
  const grown = (ms) => (ms === null || ms === undefined ? null : ms + sinceMs);
  const ageMs = grown(status?.age_ms);
  const goodAgeMs = grown(status?.last_good_age_ms);
  let state = ended ? "ended" : status?.state ?? "starting";
  if (CURRENT.has(state) && (ageMs === null || ageMs > staleAfterMs)) state = "stale";
  else if (state === "good" && (goodAgeMs === null || goodAgeMs > staleAfterMs)) state = "poor signal";
  // A run that has ended takes its server with it: that is no fault.
  if (!connected && state !== "ended") state = "lost";
  return { state, ageMs, goodAgeMs, current: state === "good", connected };
}
