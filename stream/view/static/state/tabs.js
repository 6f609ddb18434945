// What a tab shows of its source, decided from what its page said last and how long ago. Pure.

import * as words from "../text/tabs.js";

const SILENT_MS = 3000; // a page says something each second
const RANK = { high: 0, medium: 1, low: 2 };

/**
 * Decide what a tab shows. A page that is silent vouches for nothing: no value of it is shown.
 * @param {object|null} told what the page said last: {state, word, current, density, alarm}
 * @param {number} sinceMs how long ago
 * @param {object|null} source what the program says of it (`/api/status`), or null if it does not answer
 * @returns {{state: string, word: string, current: boolean, density: string, alarm: ?object}}
 */
export function tabOf(told, sinceMs, source) {
  if (told !== null && sinceMs <= SILENT_MS) return told;
  const nothing = { current: false, density: "", alarm: null };
  if (source === null) return { ...words.unreachable, ...nothing };
  if (!source.running) return { ...words.ended, ...nothing };
  return { ...(told === null ? words.starting : words.silent), ...nothing };
}

/**
 * Return whether the program that answers is another one than before: started anew with one source alone, with more or
 * fewer of them, or in another version.
 * @param {object} answer of `/api/status`
 * @param {object|null} known the answer before it
 */
export function isAnother(answer, known) {
  if (known === null) return false;
  return answer.sources?.length !== known.sources.length || answer.version !== known.version;
}

/** Return the gravest alarm of all tabs with the title of its source, or null; one that nobody has seen comes first. */
export function gravestOf(tabs) {
  const calling = tabs.filter(({ alarm }) => alarm !== null);
  calling.sort((a, b) => b.alarm.unseen - a.alarm.unseen || RANK[a.alarm.priority] - RANK[b.alarm.priority]);
  return calling.length ? { ...calling[0].alarm, title: calling[0].title } : null;
}

/** Return the place to which a key leads in a row of tabs, or null if it leads nowhere. */
export function placeAfter(key, place, count) {
  const places = { ArrowLeft: (place + count - 1) % count, ArrowRight: (place + 1) % count, Home: 0, End: count - 1 };
  return places[key] ?? null;
}
