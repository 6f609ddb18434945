// The notice of the session before this one: which limits it had, to set them again; and the way to open it.

import { button, get, make, put } from "../browser/dom.js";
import { change } from "../browser/requests.js";
import * as words from "../text/previous.js";
import { showMessage } from "./message.js";

export class Previous {
  #take;
  #named = null; // as the server sends it (see docs/page-api.md), or null

  /** @param {(message: object) => void} take takes what an answer has of the shared state */
  constructor(take) {
    this.#take = take;
    const setAgain = button(words.setAgain, () => this.#setAgain(), { id: "previous-set", className: "strong" });
    const open = make(
      "a",
      { id: "previous-open", className: "button", href: "previous/", target: "_blank", rel: "noopener" },
      words.open,
    );
    const dismiss = button(words.dismiss, () => this.#order("DELETE", "api/previous"), { id: "previous-dismiss" });
    get("previous").append(
      make(
        "p",
        { role: "status" },
        make("strong", {}, words.begin),
        " ",
        make("span", { id: "previous-before" }),
        make("span", { id: "previous-ago", ariaLive: "off" }),
        make("span", { id: "previous-after" }),
      ),
      make("div", { className: "actions" }, setAgain, open, dismiss),
    );
  }

  /** Take the session before this one, or null: there is none to name, or a page has answered. */
  receive(named) {
    this.#named = named;
    if (named === null) return;
    const [before, after] = words.said(named.limits);
    put("previous-before", before);
    put("previous-after", after);
    get("previous-set").hidden = Object.keys(named.limits).length === 0;
  }

  /**
   * Show the notice; to be called often.
   * @param {number} nowNs the server's clock
   * @param {boolean} ended whether the run has ended: then nothing can be set or opened any more
   */
  show(nowNs, ended) {
    get("previous").hidden = this.#named === null || ended;
    if (this.#named !== null) put("previous-ago", words.ago((nowNs - this.#named.ended_ns) / 1e9));
  }

  async #setAgain() {
    const { limits } = this.#named;
    if (await this.#order("POST", "api/previous/limits")) showMessage(words.wereSet(limits));
  }

  // Returns whether it was done.
  async #order(method, path) {
    try {
      const { version, answer } = await change(method, path);
      this.#take({ version, previous: answer });
      return true;
    } catch (error) {
      showMessage(error.message);
      return false;
    }
  }
}
