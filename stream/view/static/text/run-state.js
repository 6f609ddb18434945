// What state the run is in.

export const states = {
  starting: { word: "STARTING", say: "Waiting for the first reading." },
  live: { word: "LIVE", say: "Readings are current." },
  replay: { word: "REPLAY", say: "A recording is being replayed. Not a live patient." },
  review: { word: "REVIEW", say: "A finished session. Nothing here is current." },
  demo: { word: "LIVE", say: "Synthetic pictures. Not a patient." },
  "poor signal": { word: "POOR SIGNAL", say: "Picture quality is not good: no number." },
  stale: { word: "STALE", say: "No new reading. The picture is not current." },
  "no camera": { word: "NO CAMERA", say: "No picture comes from the camera. Check its cable." },
  "no analysis": { word: "NO ANALYSIS", say: "Pictures come, but the analysis gives no result." },
  ended: { word: "ENDED", say: "The session has ended and is kept. The command `view --last` shows it again." },
  "ended unkept": { word: "ENDED", say: "The demo has ended. Nothing of it is kept." },
  lost: { word: "CONNECTION LOST", say: "The page does not hear from the program. Trying again." },
};

/** The words of a state, by the name under which it is shown; kept: false if nothing of the session stays. */
export const stateWords = (name, kept) => states[name === "ended" && kept === false ? "ended unkept" : name];

// Over the picture when readings are current and pictures are not.
export const unpictured = { word: "NO PICTURE", say: "Waiting for a current picture. The numbers are current." };

export const modes = { live: "", replay: "REPLAY", demo: "DEMO", review: "REVIEW" };

export const announcement = (mode, { word, say }) => `${mode ? `${mode}. ` : ""}${word}. ${say}`;

/** Say beside a state how the readings came about, and of a review that it was a demo; not the state's own word. */
export function badgeOf(mode, recorded, { word }) {
  const said = [recorded === "demo" ? modes.demo : "", modes[mode]];
  return said.filter((one) => one && one !== word).join(" · ");
}

/** The title of the tab, by which tabs are told apart: the user's own word first, in a review at least the session. */
export function title(info, badge, { word }) {
  const name = info?.name || (info?.mode === "review" ? info.session : "");
  return `${[name, badge, word].filter(Boolean).join(" · ")} – Capillary Stream`;
}
