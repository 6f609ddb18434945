// The alarm limits: a dialog to read and change them. Knows their names, not what they do.

import { button, get, head, make, put, tableHead } from "../browser/dom.js";
import { fieldsIn, isTyped, markTyped } from "../browser/fields.js";
import { change } from "../browser/requests.js";
import * as words from "../text/alarms.js";
import * as common from "../text/common.js";
import { limitOffer } from "./limit-offer.js";

const PATH = "api/alarms/limits";
const ZERO_IS_OFF = new Set(["signal_after_s", "technical_after_s", "disk_free_mb"]); // of the others, null
const AS_PERCENT = "hysteresis"; // a share on the wire, a percentage on the screen

export class AlarmLimits {
  #take;
  #densityNow;
  #dialog = get("limits");
  #limits = null; // those in force; null: not known
  #shown = null; // those in force when the dialog was opened

  /**
   * @param {(message: object) => void} take takes what an answer has of the shared state
   * @param {() => ?number} densityNow returns the density of now, %, or null if it is not known
   */
  constructor(take, densityNow) {
    this.#take = take;
    this.#densityNow = densityNow;
    get("limits-open").addEventListener("click", () => this.#open());
  }

  /** Show the limits in force (null: not known). In an open dialog, what a person has typed stays. */
  receive(limits) {
    this.#limits = limits;
    put("alarm-limits", limits === null ? "" : words.limitsInForce(limits));
    if (this.#dialog.open && this.#shown !== null && limits !== null) this.#follow(limits);
  }

  /** Close the dialog: another session has begun. */
  close() {
    this.#dialog.close();
  }

  #open() {
    const limits = this.#limits;
    const body = limits === null ? make("p", { className: "body" }, words.limitsUnknown) : this.#form(limits);
    const close = button(common.close, () => this.#dialog.close());
    this.#dialog.replaceChildren(head(words.limitsTitle, close, { id: "limits-title" }), body);
    this.#shown = limits;
    this.#dialog.showModal();
  }

  // The limits were changed elsewhere while the dialog is open: say so, and bring up to date what nobody has typed.
  #follow(limits) {
    for (const input of fieldsIn(this.#dialog).filter((one) => !isTyped(one))) fill(input, limits);
    const changed = words.limitsChanged(this.#shown, limits);
    put("limits-changed", changed && common.changedElsewhere(changed));
  }

  #form(limits) {
    const rows = Object.entries(words.limitRows).map(([kind, row]) => alarmRow(kind, row, limits));
    const more = Object.entries(words.moreLimits).map(([name, [before, unit]]) =>
      make("label", {}, before, " ", field(name, limits), ` ${unit}`),
    );
    const latching = fill(make("input", { type: "checkbox", name: "latching" }), limits);
    const elsewhere = make("p", { className: "warning", id: "limits-changed", role: "status" });
    const refusal = make("p", { className: "error", role: "alert" });
    const cancel = button(common.cancel, () => this.#dialog.close());
    const save = make("button", { className: "strong" }, common.save);
    return make(
      "form",
      { onsubmit: (event) => this.#save(event, refusal), oninput: markTyped },
      make("p", { className: "warning" }, words.limitsWarning),
      elsewhere,
      limitOffer(this.#densityNow(), () => this.#dialog.querySelector("[name=low_pct]")),
      make("table", {}, tableHead(words.limitsHead), make("tbody", {}, ...rows)),
      make("div", { className: "more" }, ...more),
      make("label", {}, latching, " ", words.latching),
      make("p", { className: "quiet" }, words.emptyIsOff),
      refusal,
      make("div", { className: "actions end" }, cancel, save),
    );
  }

  async #save(event, refusal) {
    event.preventDefault();
    const typed = fieldsIn(this.#dialog).filter(isTyped);
    try {
      const { version, answer } = await change(
        "PUT",
        PATH,
        Object.fromEntries(typed.map((input) => [input.name, valueIn(input)])),
      );
      this.#dialog.close();
      this.#take({ version, limits: answer });
    } catch (error) {
      put(refusal, error.message);
    }
  }
}

/** Make the row of one kind of alarm; its parts are words and [field, unit] pairs. */
function alarmRow(kind, [name, ...parts], limits) {
  const condition = parts.flatMap((part, i) => {
    if (!Array.isArray(part)) return `${part} `;
    const [limit, unit] = part;
    return [field(limit, limits, `${name} ${parts[i - 1]}, ${unit}`), ` ${unit} `];
  });
  const offered = Object.entries(words.priorities).map(([value, word]) => make("option", { value }, word));
  const named = { name: `priority_${kind}`, aria: { label: `${name}: ${words.limitsHead[2]}` } };
  const priority = fill(make("select", named, ...offered), limits);
  return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, ...condition), make("td", {}, priority));
}

function field(name, limits, label = null) {
  const input = make("input", { type: "number", step: "any", min: "0", name });
  if (label !== null) input.ariaLabel = label;
  return fill(input, limits);
}

/** Let a field show its limit, and return it. */
function fill(input, limits) {
  const { name, type } = input;
  const limit = limits[name];
  if (type === "checkbox") input.checked = limit;
  else input.value = type === "number" ? figureOf(name, limit) : limit;
  return input;
}

function figureOf(name, limit) {
  if (limit === null || limit === undefined || (limit === 0 && ZERO_IS_OFF.has(name))) return "";
  return name === AS_PERCENT ? Number((limit * 100).toFixed(3)) : limit;
}

/** Return the value of a field as the server wants it. */
function valueIn({ type, name, value, checked }) {
  if (type === "checkbox") return checked;
  if (type !== "number") return value;
  if (value === "") return ZERO_IS_OFF.has(name) ? 0 : null;
  return name === AS_PERCENT ? Number(value) / 100 : Number(value);
}
