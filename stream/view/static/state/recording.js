// What is shown of the recording of pictures. Pure.

import * as words from "../text/recording.js";

/**
 * Return the sign beside the state, {word, detail, bad}, or null if nothing is recorded.
 * @param {object|null} recording of a status (see docs/page-api.md)
 */
export function signOf(recording) {
  if (!recording) return null;
  const { minutes, last_minutes: last, stays, stopped, not_recorded: missing } = recording;
  const going = last > 0 && !stays ? words.rolls(minutes, last) : words.says(minutes);
  const lost = missing > 0 ? `; ${words.notRecorded(missing)}` : "";
  return {
    word: stopped ? words.stoppedWord : `${words.rec} ${words.length(minutes)}`,
    detail: `${stopped ? words.stopped(stopped) : going}${lost}`,
    bad: Boolean(stopped) || missing > 0,
  };
}

/**
 * Return the button that keeps the pictures of the last minutes, {word, why}; it works if `why` is empty. Null if all
 * pictures are kept anyway, or none are recorded.
 */
export function keepOf(recording) {
  if (!recording || recording.last_minutes === 0) return null;
  if (recording.stays) return { word: words.kept, why: words.keptWhy };
  return { word: words.keep(recording.last_minutes), why: recording.recorded > 0 ? "" : words.nothing };
}
