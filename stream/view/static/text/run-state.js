// What state the run is in.

export const states = {
  starting: { word: "STARTING", say: "Waiting for the first reading." },
  live: { word: "LIVE", say: "Readings are current." },
  replay: { word: "REPLAY", say: "A recording is being replayed. Not a live patient." },
  review: { word: "REVIEW", say: "A finished session. Nothing here is current." },
  demo: { word: "LIVE", say: "Synthetic pictures. Not a patient." },
  "poor signal": { word: "POOR SIGNAL", say: "The picture is not good enough for a number." },
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
export const title = (mode, { word }) => `${mode ? `${mode} · ` : ""}${word} – Capillary Stream`;
