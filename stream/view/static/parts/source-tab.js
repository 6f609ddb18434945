// One source: its tab, and the frame with its page.

import { make, put } from "../browser/dom.js";
import { stopwatch } from "../browser/stopwatch.js";
import { tabOf } from "../state/tabs.js";
import * as words from "../text/tabs.js";

const SVG = "http://www.w3.org/2000/svg";

export class SourceTab {
  /** What the tab shows now. */
  shown = { state: "", word: "", current: false, density: "", alarm: null };

  #source;
  #told = null;
  #sinceTold = stopwatch();
  #chosen = false;
  #frame = make("iframe");
  #name = make("span", { className: "name" });
  #state = icon();
  #word = make("strong");
  #density = make("span", { className: "density" });
  #alarm = make("span", { className: "alarm", hidden: true });
  #alarmIcon = icon();
  #alarmWord = make("span");
  #absent = make("p", { className: "absent" }, words.absent);

  /**
   * Make the tab.
   * @param {object} source of `/api/status`
   * @param {() => void} choose is called when a person chooses it
   */
  constructor(source, choose) {
    this.number = source.number;
    const id = `tab-${source.number}`;
    const panelId = `panel-${source.number}`;
    this.#alarm.append(this.#alarmIcon, this.#alarmWord);
    this.tab = make(
      "button",
      { id, type: "button", role: "tab", onclick: choose, aria: { controls: panelId } },
      this.#name,
      make("span", { className: "state" }, this.#state, this.#word),
      this.#density,
      this.#alarm,
    );
    this.panel = make("div", { id: panelId, role: "tabpanel", aria: { labelledby: id } }, this.#absent, this.#frame);
    this.#frame.addEventListener("load", () => this.#sayShown());
    this.know(source);
  }

  /** Whether its run goes on. */
  get ongoing() {
    return this.#source.running && this.shown.state !== "review";
  }

  get title() {
    return words.frame(this.number, this.#source.source);
  }

  /** Take what the program says of the source. Its page is opened once there is one. */
  know(source) {
    this.#source = source;
    put(this.#name, words.name(source.number, source.source));
    this.#frame.title = this.title;
    if (source.page && !this.#frame.hasAttribute("src")) this.#frame.src = source.path.slice(1);
    this.#frame.hidden = !this.#frame.hasAttribute("src");
    this.#absent.hidden = !this.#frame.hidden;
  }

  /** Return whether a message comes from its page. */
  isFrom(window) {
    return window !== null && this.#frame.contentWindow === window;
  }

  /** Take what its page says. */
  receive(told) {
    if (this.#told === null) this.#sayShown();
    this.#told = told;
    this.#sinceTold = stopwatch();
  }

  /** Send a message to its page. */
  send(message) {
    this.#frame.contentWindow?.postMessage(message, location.origin);
  }

  /** Bring it into view, or another one. */
  choose(chosen) {
    this.#chosen = chosen;
    this.tab.setAttribute("aria-selected", String(chosen));
    this.tab.tabIndex = chosen ? 0 : -1;
    this.panel.inert = !chosen;
    this.panel.dataset.chosen = chosen;
    if (chosen) this.tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#sayShown();
  }

  #sayShown() {
    this.send({ type: "shown", shown: this.#chosen });
  }

  focus() {
    this.tab.focus();
  }

  /** Let keys go to its page. */
  enter() {
    this.#frame.contentWindow?.focus();
  }

  /** Show how the source stands; to be called often. reachable: the program answers. */
  show(reachable) {
    const shown = tabOf(this.#told, this.#sinceTold(), reachable ? this.#source : null);
    this.shown = shown;
    const { alarm } = shown;
    this.tab.dataset.state = shown.state;
    this.tab.dataset.level = alarm?.priority ?? "none";
    this.tab.dataset.unseen = alarm?.unseen ?? false;
    put(this.#word, shown.word);
    put(this.#density, shown.density);
    putIcon(this.#state, `icon-${shown.state.replace(" ", "-")}`);
    this.#alarm.hidden = alarm === null;
    if (alarm === null) return;
    put(this.#alarmWord, alarm.sign);
    putIcon(this.#alarmIcon, `alarm-${alarm.priority}`);
    this.tab.title = alarm.name;
  }
}

/** Make a place for a symbol of symbols.svg. */
function icon() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "use"));
  return svg;
}

const putIcon = (svg, name) => svg.firstChild.setAttribute("href", `#${name}`);
