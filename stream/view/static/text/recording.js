// The recording of pictures.

import { count } from "./format.js";

export const rec = "REC";
export const stoppedWord = "REC STOPPED";
export const notRecorded = (frames) => `${count(frames)} ${frames === 1 ? "frame" : "frames"} not recorded`;
export const says = (minutes) => `Pictures are recorded: ${length(minutes)}`;
export const rolls = (minutes, last) => `Pictures of the last ${length(last)} are on disk (now ${length(minutes)})`;
export const stopped = (reason) => `No more pictures are recorded: ${reason}`;
export const keep = (minutes) => `Keep the last ${length(minutes)} of pictures`;
export const kept = "Pictures are kept";
export const keptWhy = "The pictures from then on stay on disk after the session.";
export const nothing = "Nothing is recorded yet.";

/** Return a length in words: whole minutes, or seconds below one. */
export function length(minutes) {
  return minutes < 1 ? `${Math.round(minutes * 60)} s` : `${Math.round(minutes)} min`;
}
