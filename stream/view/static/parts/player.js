// Plays a finished session: frame after frame in the time that it was recorded in. Knows the evidence.

import { get, put, putSymbol } from "../browser/dom.js";
import { stopwatch } from "../browser/stopwatch.js";
import * as words from "../text/player.js";

const BETWEEN_FRAMES_MS = 30;

export class Player {
  #evidence;
  #rewind;
  #playing = false;

  /**
   * Let the button work.
   * @param {import("./evidence.js").Evidence} evidence
   * @param {() => Promise<void>} rewind go to the first frame
   */
  constructor(evidence, rewind) {
    this.#evidence = evidence;
    this.#rewind = rewind;
    get("play").addEventListener("click", () => this.toggle());
    this.#label();
  }

  /** Offer to play, or not: what is live plays by itself. */
  offer(offered) {
    get("play").hidden = !offered;
  }

  /** Play from the frame in view, or stop. Returns false if nothing can be played. */
  toggle() {
    if (get("play").hidden || this.#evidence.frame === null) return false;
    if (this.#playing) this.#playing = false;
    else this.#play();
    this.#label();
    return true;
  }

  // A frame that takes longer to read than it lasts lets the next ones be skipped: the time stays true.
  async #play() {
    const evidence = this.#evidence;
    this.#playing = true;
    this.#watch("addEventListener");
    if (evidence.frame.next_seq === null) await this.#rewind();
    const from = evidence.frame.x;
    const begun = stopwatch();
    while (this.#playing && evidence.frame !== null && evidence.frame.next_seq !== null) {
      const before = evidence.frame;
      await evidence.lookAt(from + begun() / 1000);
      if (evidence.frame === before) break; // it could not be loaded, which has been said
      if (evidence.frame?.seq === before.seq) await new Promise((done) => setTimeout(done, BETWEEN_FRAMES_MS));
    }
    this.#playing = false;
    this.#watch("removeEventListener");
    this.#label();
  }

  // Whoever does something else meanwhile has ended it.
  #stop = (event) => {
    if (!get("play").contains(event.target) && event.key !== " ") this.#playing = false;
  };

  #watch(change) {
    for (const type of ["pointerdown", "keydown"]) document[change](type, this.#stop, true);
  }

  #label() {
    put("play-word", this.#playing ? words.stop : words.play);
    putSymbol("play-icon", this.#playing ? "icon-stale" : "icon-replay");
  }
}
