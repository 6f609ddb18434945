// The page with a tab for each source.

export const tabs = "Sources";
export const alone = "Alone";
export const aloneSay = "Open this source alone, in a window of its own";
export const endAll = "End all";
export const cancel = "Cancel";
export const question =
  "End the sessions of all sources? Readings and alarms stop. Each session is kept, and opens in its tab for review.";
export const starting = { state: "starting", word: "STARTING" };
export const ended = { state: "ended", word: "ENDED" };
export const silent = { state: "lost", word: "NO ANSWER" };
export const unreachable = { state: "lost", word: "CONNECTION LOST" };
export const absent = "This source has no page now: its run is starting, or has ended. Ended sessions: `view --last`.";
export const name = (number, source) => `${number} ${source || "…"}`;
export const frame = (number, source) => `Source ${number}${source ? `, ${source}` : ""}`;

/** Say the alarm of a source that is not in view. */
export const called = (title, { sign, name: alarm }) => `${title}: ${sign}: ${alarm}`;

/** The title of the window: the gravest alarm first. */
export const title = (count, gravest) =>
  `${gravest ? `${gravest.sign.toUpperCase()} · ${gravest.title}` : `${count} sources`} – Capillary Stream`;
