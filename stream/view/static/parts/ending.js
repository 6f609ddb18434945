// The end of a session: asked for here, or come by itself. What still works then, and where the session is.

import { button, get, head, make } from "../browser/dom.js";
import { send } from "../browser/requests.js";
import * as common from "../text/common.js";
import * as words from "../text/ending.js";
import { showMessage } from "./message.js";

const NEED_PROGRAM =
  "#presets button, #note, #note-form button, #markers-open, #sites-open, #limits-open, #log-open, #scrubber, #play, " +
  "#step-back, #step-on, #region-back, #region-on";

export class Ending {
  #dialog = get("ending");
  #disabled = []; // by this part, because the program has gone
  #report = null; // the address of the report that the page holds itself
  #unkept = false;

  /** Let the buttons work. */
  constructor() {
    get("end-open").addEventListener("click", () => this.#ask());
    get("keep").addEventListener("click", () => this.#order("api/session/keep"));
  }

  /**
   * Show whether the session can be ended, stays after its end, and whether the program is still there.
   * @param {object|null} status of the run (see docs/page-api.md)
   * @param {boolean} gone whether the run has ended, and its program with it
   */
  show(status, gone) {
    this.#unkept = status?.kept === false;
    get("end-open").hidden = gone || !["live", "demo"].includes(status?.mode);
    get("keep").hidden = gone || !this.#unkept;
    if (gone !== this.#disabled.length > 0) this.#disable(gone);
  }

  /** Keep the report of a run that ends now: once its program has gone, nobody can make it. */
  async keepReport() {
    const answer = await fetch("report?picture=no").catch(() => null);
    if (!answer?.ok) return;
    this.#letReportGo();
    this.#report = URL.createObjectURL(await answer.blob());
    get("report").href = this.#report;
  }

  /** Begin with another session. */
  begin() {
    this.#dialog.close();
    this.#letReportGo();
  }

  #letReportGo() {
    if (this.#report === null) return;
    URL.revokeObjectURL(this.#report);
    this.#report = null;
    get("report").href = "report";
  }

  #ask() {
    const end = (word, ...paths) => button(word, () => this.#end(paths), { className: "strong" });
    const actions = this.#unkept
      ? [end(words.endAndKeep, "api/session/keep", "api/session/end"), end(words.endUnkept, "api/session/end")]
      : [end(words.end, "api/session/end")];
    const cancel = button(common.cancel, () => this.#dialog.close());
    this.#dialog.replaceChildren(
      head(words.title, cancel, { id: "ending-title" }),
      make(
        "div",
        { className: "body" },
        make("p", {}, this.#unkept ? words.questionUnkept : words.question),
        make("div", { className: "actions end" }, ...actions),
      ),
    );
    this.#dialog.showModal();
  }

  async #end(paths) {
    this.#dialog.close();
    for (const path of paths) {
      if (!(await this.#order(path))) return;
    }
  }

  // Returns whether it was done.
  async #order(path) {
    try {
      await send("POST", path);
      return true;
    } catch (error) {
      showMessage(error.message);
      return false;
    }
  }

  #disable(gone) {
    for (const element of this.#disabled) {
      element.disabled = false;
      element.ariaDescription = null;
    }
    this.#disabled = gone ? [...document.querySelectorAll(NEED_PROGRAM)].filter(({ disabled }) => !disabled) : [];
    for (const element of this.#disabled) {
      element.disabled = true;
      element.ariaDescription = words.gone;
    }
    const report = get("report");
    const dead = gone && this.#report === null;
    report.ariaDisabled = dead;
    report.ariaDescription = dead ? words.noReport : null;
  }
}
