// The alarm log: what is listed of an alarm whose signal comes and goes. Pure.

/**
 * Fold the times at which an alarm could not be judged, until something else happens to it, into one entry in the place of
 * the first. All else stays as it is and in its order.
 * @param {object[]} events as the server sends them, oldest first (see docs/page-api.md)
 * @returns {object[]} events, and entries {...event, event: "unjudged", times, lastedNs, lasts}: how often and how long
 *   in all it could not be judged, and whether the last time has no end yet
 */
export function folded(events) {
  const entries = [];
  const open = new Map(); // the entry that gathers, by the alarm's id
  for (const event of events) {
    const entry = open.get(event.id);
    if (event.event === "suspended") {
      open.set(event.id, begun(entry, event, entries));
    } else if (event.event === "judged" && entry?.lasts) {
      entry.lastedNs += event.t_ns - entry.sinceNs;
      entry.lasts = false;
    } else {
      open.delete(event.id);
      entries.push(event);
    }
  }
  return entries;
}

function begun(entry, event, entries) {
  const gathering = entry ?? { ...event, event: "unjudged", times: 0, lastedNs: 0 };
  if (!entry) entries.push(gathering);
  return Object.assign(gathering, { times: gathering.times + 1, sinceNs: event.t_ns, lasts: true });
}
