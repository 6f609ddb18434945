// The keys.

export const title = "Keys";
export const singleKeys = "Single keys work (switch off if you dictate or use other shortcuts)";
export const list = [
  ["1 – 9", "Mark: bolus, fluid, position, sites 1 to 5, pressure released"],
  ["N", "Write a note"],
  ["O", "Outlines on or off"],
  ["A", "Acknowledge alarms"],
  ["P", "Pause alarm sound, or end the pause"],
  ["M", "Alarm sound on or off"],
  ["← →", "Frame before, next frame"],
  ["Page ↑ ↓", "A tenth of the trend back or on"],
  ["Home, End", "First, last moment"],
  ["+ −", "Shorter, longer trend; with an enlarged picture, a smaller or larger part of it"],
  ["Space", "In a review: play, or stop"],
  ["F", "Enlarge the picture, or give the page back"],
  ["Esc", "Close, or back to live"],
];
export const inTabs = ["S", "Next source; in the row of sources also ← → Home End"];
