// Markers, and before and after one of them.

import { clock, count, preciseClock, signed, span } from "./format.js";
import { labels } from "./labels.js";

/** The kinds of marker by name, in the order of their buttons. */
export const kinds = labels.markers;

export const openWord = (n) => `Markers ${n}`;
export const title = "Markers";
export const noMarkers =
  "No markers yet. Mark the frame in view with the buttons under the trend, or with the keys 1 to 9.";
export const chooseMarker = "Choose a marker to edit it and to compare before and after.";
export const kindLabel = "Kind";
export const textLabel = "Text";
export const remove = "Delete";

/** Name a marker; a note with words is called by them. */
export function markerName({ kind, text }) {
  const name = kinds[kind] ?? kind;
  if (!text) return name;
  return kind === "note" ? text : `${name}: ${text}`;
}

export const markerLine = (marker) => `${clock(marker.x, true)}  ${markerName(marker)}`;
export const marked = (marker) => `Marked: ${markerName(marker)}`;
/** Say which moment of the past was marked; agoS: how long ago that is, or null if time stands still. */
export const markedPast = (marker, agoS) =>
  `Marked at ${preciseClock(marker.x)}${agoS === null ? "" : `, ${span(agoS)} ago`}: ${markerName(marker)}`;
export const marksAt = (x) => `Marks ${preciseClock(x)}`;
export const changed = (marker) => `Changed: ${markerName(marker)}`;
export const unchanged = (marker) => `As it was: ${markerName(marker)}`;
export const deletedElsewhere = (marker) => `It was deleted on another page. ${markerLine(marker)}`;
export const removed = (marker) => `Removed: ${markerName(marker)}`;
export const restored = (marker) => `Back again: ${markerName(marker)}`;
export const undo = "Undo";

// The dose of a bolus or fluid
export const doseOf = (kind) => `Dose of ${kinds[kind].toLowerCase()}`;
export const doseHint = "such as 250 ml";
export const setDose = "Set";
export const noDose = "No dose";

// Before and after
export const changeTitle = "Before and after";
export const compareOver = "Compare";
export const compareWindows = { 30: "30 s", 60: "1 min", 120: "2 min", 300: "5 min" };
export const compareLonger = (seconds) => `Compare ${compareWindows[seconds]}`;
export const before = "Before";
export const after = "After";
export const goodOf = ({ good, frames }) => `${count(good)} of ${count(frames)} good`;
export const change = (pct) => `${signed(pct)} points`;
export const changeInterval = (low, high, confidence) =>
  `${Math.round(confidence * 100)} % interval ${signed(low)} to ${signed(high)}`;
export const relativeChange = (value) => `${signed(value * 100).replace(/\.\d$/, "")} % of before`;

/** Say what an interval of a change means. */
export function conclusion(low, high) {
  if (low > 0) return "Density rose.";
  return high < 0 ? "Density fell." : "No change that stands out from chance.";
}
