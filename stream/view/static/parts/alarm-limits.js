// The alarm limits: a dialog to read and change them. Knows their names, not what they do.

import { button, get, head, make, put, tableHead } from "../browser/dom.js";
import { read, send } from "../browser/requests.js";
import * as words from "../text/alarms.js";
import * as common from "../text/common.js";

const PATH = "/api/alarms/limits";
const ZERO_IS_OFF = new Set(["signal_after_s", "technical_after_s", "disk_free_mb"]); // of the others, null
const AS_PERCENT = "hysteresis"; // a share on the wire, a percentage on the screen

export class AlarmLimits {
  #changed;
  #dialog = get("limits");

  /** @param {(limits: object|null) => void} changed takes the limits in force when they are read or saved */
  constructor(changed) {
    this.#changed = changed;
    get("limits-open").addEventListener("click", () => this.#open());
  }

  /** Read the limits in force. */
  async refresh() {
    this.#take(await read(PATH).catch(() => null));
  }

  #take(limits) {
    put("alarm-limits", limits === null ? "" : words.limitsInForce(limits));
    this.#changed(limits);
  }

  async #open() {
    const body = await read(PATH).then(
      (limits) => this.#form(limits),
      (error) => make("p", { className: "body error" }, error.message),
    );
    const close = button(common.close, () => this.#dialog.close());
    this.#dialog.replaceChildren(head(words.limitsTitle, close, { id: "limits-title" }), body);
    this.#dialog.showModal();
  }

  #form(limits) {
    const rows = Object.entries(words.limitRows).map(([kind, row]) => alarmRow(kind, row, limits));
    const more = Object.entries(words.moreLimits).map(([name, [before, unit]]) =>
      make("label", {}, before, " ", field(name, limits), ` ${unit}`),
    );
    const latching = make("input", { type: "checkbox", name: "latching", checked: limits.latching });
    const refusal = make("p", { className: "error", role: "alert" });
    const cancel = button(common.cancel, () => this.#dialog.close());
    const save = make("button", { className: "strong" }, common.save);
    return make(
      "form",
      { onsubmit: (event) => this.#save(event, refusal) },
      make("p", { className: "warning" }, words.limitsWarning),
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
    const named = [...event.target.elements].filter((input) => input.name);
    try {
      this.#take(await send("PUT", PATH, Object.fromEntries(named.map((input) => [input.name, valueIn(input)]))));
      this.#dialog.close();
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
  const priority = make("select", { name: `priority_${kind}`, aria: { label: `${name}: ${words.limitsHead[2]}` } });
  for (const [value, word] of Object.entries(words.priorities)) {
    priority.append(make("option", { value, selected: limits[`priority_${kind}`] === value }, word));
  }
  return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, ...condition), make("td", {}, priority));
}

function field(name, limits, label = null) {
  const value = name === AS_PERCENT ? Number((limits[name] * 100).toFixed(3)) : limits[name];
  const off = value === null || value === undefined || (value === 0 && ZERO_IS_OFF.has(name));
  const input = make("input", { type: "number", step: "any", min: "0", name, value: off ? "" : value });
  if (label !== null) input.ariaLabel = label;
  return input;
}

/** Return the value of a field as the server wants it. */
function valueIn({ type, name, value, checked }) {
  if (type === "checkbox") return checked;
  if (type !== "number") return value;
  if (value === "") return ZERO_IS_OFF.has(name) ? 0 : null;
  return name === AS_PERCENT ? Number(value) / 100 : Number(value);
}
