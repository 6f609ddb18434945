// The page with a tab for each source, if this page is shown in one of its frames: they speak by messages of the browser.
// What is chosen for sound and colours in one tab counts in all.

import { stopwatch } from "./stopwatch.js";

const AGAIN_MS = 1000; // a tab that hears nothing for longer says so

export class Enclosing {
  /** Whether this page stands in a tab. */
  there = window.parent !== window;
  /** Whether this page is seen: its tab is the chosen one, or there are no tabs. */
  shown = true;

  #told = "";
  #sinceTold = stopwatch();

  /**
   * Hear what the page with the tabs says.
   * @param {object} handlers
   * @param {() => void} handlers.onShown this page's tab was chosen, or another one
   * @param {(on: boolean) => void} handlers.onSound the sound was switched in another tab
   * @param {(name: string) => void} handlers.onTheme the colours were changed in another tab
   */
  constructor({ onShown, onSound, onTheme }) {
    if (!this.there) return;
    window.addEventListener("message", ({ source, origin, data }) => {
      if (source !== window.parent || origin !== location.origin) return;
      if (data.type === "shown" && data.shown !== this.shown) {
        this.shown = data.shown;
        onShown();
      } else if (data.type === "sound") onSound(data.on);
      else if (data.type === "theme") onTheme(data.name);
    });
  }

  /** Say how this source stands; to be called often. */
  tell(state) {
    const text = JSON.stringify(state);
    if (!this.there || (text === this.#told && this.#sinceTold() < AGAIN_MS)) return;
    this.#told = text;
    this.#sinceTold = stopwatch();
    this.send({ type: "state", ...state });
  }

  /** Send a message, if there are tabs. */
  send(message) {
    if (this.there) window.parent.postMessage(message, location.origin);
  }
}
