// Signals of other devices under the trend, one channel at a time, on the trend's own stretch of time and an axis of
// their own. Knows /api/signals and uPlot.

import { get } from "../browser/dom.js";
import { newestOnly, read } from "../browser/requests.js";
import { stopwatch } from "../browser/stopwatch.js";
import * as words from "../text/signals.js";
import { plotStyle } from "./style.js";

const AGAIN_MS = 1000;
const NONE_AGAIN_MS = 5000; // how soon a session that has no signal is asked again
const MOST_PIXELS = 4000;

export class Signals {
  #box = get("signal-plot");
  #select = get("signal");
  #plot = null;
  #edges = [0, 1];
  #asked = null; // the stretch that was asked for last
  #since = null;
  #channels = [];
  #fetch = newestOnly((from, to) => this.#load(from, to));

  constructor() {
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(this.#box);
    this.#select.addEventListener("change", () => this.#show());
  }

  /** Build the plot anew: its colours come from the theme that is shown. */
  build() {
    this.#plot?.destroy();
    this.#plot = null;
    this.#show();
  }

  /** Forget the session. */
  forget() {
    this.#since = null;
    this.#receive([]);
  }

  /** Draw the stretch that the trend shows. */
  draw(edges) {
    this.#edges = edges;
    if (isDue(edges, this.#asked, this.#since?.() ?? null, this.#channels.length > 0)) {
      this.#asked = edges;
      this.#since = stopwatch();
      this.#fetch(...edges);
    }
    this.#plot?.redraw(false, true);
  }

  async #load(from, to) {
    const pixels = Math.min(Math.max(this.#box.clientWidth, 100), MOST_PIXELS);
    const answer = await read(`api/signals?from_s=${from}&to_s=${to}&pixels=${Math.round(pixels)}`).catch(() => null);
    if (answer !== null) this.#receive(answer.channels);
  }

  #receive(channels) {
    this.#channels = channels;
    get("signals").hidden = channels.length === 0;
    const names = channels.map(words.name);
    if (names.join("\n") !== [...this.#select.options].map(({ text }) => text).join("\n")) {
      const chosen = this.#select.value;
      this.#select.replaceChildren(...names.map((name) => new Option(name)));
      if (names.includes(chosen)) this.#select.value = chosen;
    }
    this.#show();
  }

  #show() {
    const channel = this.#channels[Math.max(this.#select.selectedIndex, 0)];
    if (channel === undefined) return;
    this.#box.ariaLabel = words.said(channel, newestOf(channel));
    const columns = [channel.x, channel.value];
    if (this.#plot === null) this.#plot = new window.uPlot(this.#options(), columns, this.#box);
    else this.#plot.setData(columns);
  }

  #size() {
    return { width: Math.max(this.#box.clientWidth, 100), height: Math.max(this.#box.clientHeight, 60) };
  }

  #options() {
    const style = plotStyle();
    const axis = { stroke: style.axis, font: `${style.labelPx}px ${style.family}`, ticks: { show: false } };
    return {
      ...this.#size(),
      padding: [8, 30, 8, 4], // as the trend's on both sides, so that moments lie below each other
      legend: { show: false },
      cursor: { show: false },
      select: { show: false },
      scales: { x: { time: false, range: () => this.#edges } },
      series: [{}, { stroke: style.text, width: 1.5, points: { size: 4, fill: style.text } }],
      axes: [
        { show: false },
        {
          ...axis,
          size: 48,
          space: 18,
          grid: { stroke: style.grid, width: 1 },
          values: (_, ticks) => ticks.map(words.value),
        },
      ],
    };
  }
}

/**
 * Return whether the server is to be asked for a stretch.
 * @param {number[]} edges the stretch that is shown
 * @param {?number[]} asked that which was asked for last
 * @param {?number} agoMs when that was; null: never
 * @param {boolean} some whether there was any signal
 */
export function isDue(edges, asked, agoMs, some) {
  if (agoMs === null || asked === null) return true;
  const moved = edges[0] !== asked[0] || edges[1] !== asked[1];
  return moved && agoMs > (some ? AGAIN_MS : NONE_AGAIN_MS);
}

/** Return the newest sample that has a value, or null. */
export function newestOf({ x, value }) {
  const place = value.findLastIndex((one) => one !== null);
  return place < 0 ? null : { x: x[place], value: value[place] };
}
