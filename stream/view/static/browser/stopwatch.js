// The page's clock.

/**
 * Start a stopwatch: a function that returns the milliseconds since. It follows the steady clock unless the wall clock
 * says that more time went by, because a laptop that slept does not count its sleep on the steady one.
 */
export function stopwatch() {
  const steady = performance.now();
  const wall = Date.now();
  return () => Math.max(performance.now() - steady, Date.now() - wall);
}
