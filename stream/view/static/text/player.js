// Playing a finished session.

export const play = "Play";
export const stop = "Stop";
