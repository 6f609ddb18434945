// The alarm bar: what is wrong, in words; acknowledge, pause, sound. Knows the interface for alarms, not their rules.

import { NONE, shownAlarms, unseen, withLost } from "./alarm-state.js";
import { call } from "./api.js";
import { get, make, put, tell } from "./dom.js";
import { Sound } from "./sound.js";
import * as text from "./text.js";

const PAUSE_S = 120;
const sound = new Sound();
let [alarms, seenLost, listed, announced] = [NONE, false, "", ""];

export function setAlarms(said) {
  alarms = said;
}

// nowNs: the server's clock. state: of the page. reviewing: what is listed happened long ago and does not sound.
// What was active when the run ended stays listed, and does not sound either: nothing judges it any more.
export function showAlarms(nowNs, state, reviewing) {
  const [lost, ended] = [state === "lost", state === "ended"];
  if (!lost) seenLost = false;
  const shown = shownAlarms(withLost(alarms, lost && !seenLost), nowNs);
  const bar = get("alarms");
  bar.dataset.level = shown.level;
  bar.dataset.sounding = shown.unseen && !ended;
  get("alarm-icon").setAttribute("href", ended ? "#icon-ended" : `#alarm-${shown.level}`);
  put("alarm-says", ended && !reviewing ? text.alarmEnded(shown.active.length) : says(shown, reviewing));
  list(shown);
  get("acknowledge").hidden = ended || !shown.unseen;
  put("pause", shown.pausedS ? text.resume : text.pause);
  get("pause").dataset.paused = Boolean(shown.pausedS);
  sound.sound(reviewing || ended ? null : shown.sounding);
  get("sound").dataset.bursts = sound.bursts;
  for (const id of ["pause", "sound"]) get(id).hidden = reviewing || ended;
}

function says(shown, reviewing) {
  if (reviewing) return text.alarmReview;
  if (shown.pausedS) return text.paused(shown.pausedS);
  return shown.active.length ? "" : text.noAlarm;
}

// The list is made anew only when its alarms change; values and times in it are written where they stand.
function list(shown) {
  const key = JSON.stringify(shown.active.map(({ id, kind, cause, state, suspended }) => [id, kind, cause, state, suspended]));
  if (key !== listed) {
    listed = key;
    get("alarm-list").replaceChildren(...shown.active.map((alarm, i) => item(alarm, i === 0)));
    announce(shown.active.filter(unseen));
  }
  if (shown.active.length) put(get("alarm-list").querySelector(".value"), text.alarmSentence(shown.active[0]));
}

// The gravest alarm in full, the others by name.
function item(alarm, first) {
  const state = text.alarmState[alarm.suspended ? "suspended" : alarm.state];
  const priority = make("span", { className: "priority" }, text.priorities[alarm.priority]);
  const parts = [first ? priority : "+", make("strong", {}, text.alarmWord(alarm)), ...(first ? [make("span", { className: "value" })] : []), ...(state ? [make("em", {}, `(${state})`)] : [])];
  return make("li", { data: { kind: alarm.kind, state: alarm.state, priority: alarm.priority } }, ...parts);
}

function announce(loud) {
  const words = loud.map((alarm) => `${text.priorityNames[alarm.priority]}: ${text.alarmWord(alarm)}`).join(". ");
  if (words !== announced) put("alarm-announcer", words);
  announced = words;
}

async function order(...request) {
  try {
    alarms = await call(...request);
  } catch (error) {
    tell(error.message);
  }
}

export async function acknowledgeAll() {
  seenLost = true;
  for (const { id } of alarms.active.filter(unseen)) await order("POST", `/api/alarms/${id}/acknowledge`);
}

export function togglePause() {
  if (get("pause").hidden) return;
  if (get("pause").dataset.paused === "true") order("DELETE", "/api/alarms/pause");
  else order("POST", "/api/alarms/pause", { seconds: PAUSE_S });
}

export async function toggleSound() {
  if (get("sound").hidden) return;
  await sound.toggle();
  labelSound();
}

function labelSound() {
  put("sound-word", sound.on ? text.soundOn : text.soundOff);
  get("sound").setAttribute("aria-pressed", String(sound.on));
  get("sound-icon").setAttribute("href", sound.on ? "#sound-on" : "#sound-off");
}

get("acknowledge").addEventListener("click", acknowledgeAll);
get("pause").addEventListener("click", togglePause);
get("sound").addEventListener("click", toggleSound);
labelSound();
