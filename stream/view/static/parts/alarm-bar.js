// The alarm bar: what is wrong, in words; acknowledge, pause, sound. Knows the interface for alarms, not their rules.

import { get, make, put, putSymbol, setFlag } from "../browser/dom.js";
import { change } from "../browser/requests.js";
import { Sound } from "../browser/sound.js";
import { recall, remember } from "../browser/storage.js";
import { isUnseen, NO_ALARMS, shownAlarms, withLost } from "../state/alarm-state.js";
import * as words from "../text/alarms.js";
import { showMessage } from "./message.js";

const PAUSE_S = 120;
const STORED = "capillary-sound";

export class AlarmBar {
  /** The gravest alarm, or null: {priority, sign, name, unseen}. */
  gravest = null;

  #take;
  #switched;
  #alarms = NO_ALARMS;
  #sound = new Sound();
  #waiting = false; // to be switched on
  #seenLost = false;
  #listed = "";
  #announced = "";

  /**
   * Let the buttons of the bar work.
   * @param {(message: object) => void} take takes what an answer has of the shared state
   * @param {(on: boolean) => void} switched is called after a person has switched the sound
   */
  constructor(take, switched) {
    this.#take = take;
    this.#switched = switched;
    get("acknowledge").addEventListener("click", () => this.acknowledgeAll());
    get("pause").addEventListener("click", () => this.togglePause());
    get("sound").addEventListener("click", () => this.toggleSound());
    get("alarm-sign").addEventListener("click", () => get("alarms").scrollIntoView());
    if (recall(STORED) === "on") this.#soundAtFirstTouch();
    this.#labelSound();
  }

  /** Keep the alarms that the server sent; `show` shows them. */
  receive(alarms) {
    this.#alarms = alarms;
  }

  /**
   * Show the alarms; to be called often.
   * @param {number} nowNs the server's clock
   * @param {string} state of the page. After the run's end its last alarms stay listed, and do not sound: nothing
   *   judges them any more.
   * @param {boolean} reviewing whether what is listed happened long ago, and does not sound
   */
  show(nowNs, state, reviewing) {
    const lost = state === "lost";
    const ended = state === "ended";
    if (!lost) this.#seenLost = false;
    const shown = shownAlarms(lost && !this.#seenLost ? withLost(this.#alarms) : this.#alarms, nowNs, this.#sound.on);
    for (const place of ["alarms", "alarm-sign"]) {
      get(place).dataset.level = shown.level;
      get(place).dataset.sounding = shown.unseen && !ended;
    }
    putSymbol("alarm-icon", ended ? "icon-ended" : `alarm-${shown.level}`);
    put("alarm-says", sentence(shown, reviewing, ended));
    this.#list(shown.active);
    showSign(ended ? [] : shown.active);
    this.gravest = ended || reviewing ? null : inShort(shown.active);
    get("alarm-silent").hidden = ended || !shown.silent;
    this.#showButtons(shown, reviewing, ended);
    this.#sound.sound(reviewing || ended ? null : shown.sounding);
    get("sound").dataset.bursts = this.#sound.bursts;
  }

  /** Acknowledge every alarm that asks for it. */
  async acknowledgeAll() {
    this.#seenLost = true;
    for (const { id } of this.#alarms.active.filter(isUnseen))
      await this.#order("POST", `api/alarms/${id}/acknowledge`);
  }

  /** Pause the sound for two minutes, or end the pause. */
  togglePause() {
    if (get("pause").hidden) return;
    if (get("pause").dataset.paused === "true") this.#order("DELETE", "api/alarms/pause");
    else this.#order("POST", "api/alarms/pause", { seconds: PAUSE_S });
  }

  /** Switch the sound on or off. */
  async toggleSound() {
    if (get("sound").hidden) return;
    await this.#toggle();
    remember(STORED, this.#sound.on ? "on" : "off");
    this.#switched(this.#sound.on);
  }

  /** Let the sound be on or off, as it is in another tab: a touch there counts here too. */
  async switchSound(on) {
    if (on !== this.#sound.on) await this.#toggle();
  }

  async #toggle() {
    this.#waiting = false;
    await this.#sound.toggle();
    this.#labelSound();
  }

  // Before a person has touched it, a browser lets a page make no sound: what was chosen before the reload waits for that.
  #soundAtFirstTouch() {
    this.#waiting = true;
    for (const type of ["pointerup", "keyup"]) {
      document.addEventListener(type, () => this.#waiting && !this.#sound.on && this.toggleSound(), { once: true });
    }
  }

  #showButtons(shown, reviewing, ended) {
    get("acknowledge").hidden = ended || !shown.unseen;
    put("pause", shown.pausedS ? words.resume : words.pause);
    get("pause").dataset.paused = shown.pausedS !== null;
    get("sound").hidden = reviewing || ended;
    get("pause").hidden = reviewing || ended || !this.#sound.on;
  }

  // The list is made anew only if its alarms change; the value in it is written anew.
  #list(active) {
    const identity = active.map(({ id, kind, cause, state, suspended }) => [id, kind, cause, state, suspended]);
    const key = JSON.stringify(identity);
    if (key !== this.#listed) {
      this.#listed = key;
      get("alarm-list").replaceChildren(...active.map((alarm, i) => item(alarm, i === 0)));
      this.#announce(active.filter(isUnseen));
    }
    if (active.length) put(get("alarm-list").querySelector(".value"), words.comparison(active[0]));
  }

  #announce(unseen) {
    const said = unseen.map((alarm) => `${words.priorities[alarm.priority]}: ${words.alarmName(alarm)}`).join(". ");
    if (said !== this.#announced) put("alarm-announcer", said);
    this.#announced = said;
  }

  async #order(method, path, body) {
    try {
      const { version, answer } = await change(method, path, body);
      this.#take({ version, alarms: answer });
    } catch (error) {
      showMessage(error.message);
    }
  }

  #labelSound() {
    const { on } = this.#sound;
    const silent = this.#waiting ? words.soundWaits : words.soundOff;
    put("sound-word", on ? words.soundOn : silent);
    setFlag("sound", "aria-pressed", on);
    putSymbol("sound-icon", on ? "sound-on" : "sound-off");
  }
}

/** Show how grave the first alarm is, beside the state, for when the bar is out of sight. */
function showSign([first]) {
  get("alarm-sign").hidden = first === undefined;
  if (first === undefined) return;
  put("alarm-sign-word", words.loudPriority(first.priority));
  putSymbol("alarm-sign-icon", `alarm-${first.priority}`);
}

/** Say of the first alarm what fits on a tab. */
function inShort([first]) {
  if (first === undefined) return null;
  const { priority } = first;
  return { priority, sign: words.priorities[priority], name: words.alarmName(first), unseen: isUnseen(first) };
}

function sentence({ active, pausedS }, reviewing, ended) {
  if (reviewing) return words.review;
  if (ended) return words.runEnded(active.length);
  if (pausedS) return words.paused(pausedS);
  return active.length ? "" : words.none;
}

/** Make an entry of the list: the gravest alarm in full, the others by name. */
function item(alarm, first) {
  const state = words.states[alarm.suspended ? "suspended" : alarm.state];
  const parts = first
    ? [
        make("span", { className: "priority" }, words.loudPriority(alarm.priority)),
        make("strong", {}, words.alarmName(alarm)),
        make("span", { className: "value" }),
      ]
    : ["+", make("strong", {}, words.alarmName(alarm))];
  if (state) parts.push(make("em", {}, `(${state})`));
  const { kind, priority } = alarm;
  return make("li", { data: { kind, state: alarm.state, priority } }, ...parts);
}
