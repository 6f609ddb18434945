// The alarm limits: a dialog to read and change them. Knows their names, not what they do.

import { ask, call } from "./api.js";
import { button, get, make, put } from "./dom.js";
import * as text from "./text.js";

const ZERO_IS_OFF = new Set(["signal_after_s", "technical_after_s", "disk_free_mb"]); // of others, null
const dialog = get("limits");
let onChange = () => {};

// changed(limits) is called with the limits in force, at the start and whenever they are saved here.
export function watchLimits(changed) {
  onChange = changed;
  get("limits-open").addEventListener("click", open);
}

export async function refreshLimits() {
  onChange(await ask("/api/alarms/limits").catch(() => null));
}

export function showLimits(limits) {
  put("alarm-limits", limits === null ? "" : text.limitsNow(limits.low_pct ?? null, limits.high_pct ?? null));
}

async function open() {
  const limits = await ask("/api/alarms/limits").catch((error) => ({ error }));
  const close = button(text.close, () => dialog.close());
  const head = make("header", {}, make("h2", { id: "limits-title" }, text.limitsTitle), close);
  dialog.replaceChildren(head, limits.error ? make("p", { className: "body error" }, limits.error.message) : form(limits));
  dialog.showModal();
}

function form(limits) {
  const head = make("thead", {}, make("tr", {}, ...text.limitsHead.map((word) => make("th", { scope: "col" }, word))));
  const rows = Object.entries(text.limitRows).map(([kind, row]) => alarmRow(kind, row, limits));
  const more = Object.entries(text.limitMore).map(([name, [before, unit]]) => make("label", {}, before, " ", field(name, limits), ` ${unit}`));
  const latching = make("input", { type: "checkbox", name: "latching", checked: limits.latching });
  const refusal = make("p", { className: "error", role: "alert" });
  const made = make(
    "form", { onsubmit: (event) => store(event, refusal) },
    make("p", { className: "warning" }, text.limitsHonest),
    make("table", {}, head, make("tbody", {}, ...rows)),
    make("div", { className: "more" }, ...more),
    make("label", {}, latching, " ", text.latching),
    make("p", { className: "quiet" }, text.emptyIsOff), refusal,
    make("div", { className: "actions end" }, button(text.cancel, () => dialog.close()), make("button", { className: "strong" }, text.save)),
  );
  return made;
}

// A row's parts are words and [field, unit] pairs.
function alarmRow(kind, [name, ...parts], limits) {
  const says = parts.flatMap((part, i) =>
    Array.isArray(part) ? [field(part[0], limits, `${name} ${parts[i - 1]}, ${part[1]}`), ` ${part[1]} `] : [`${part} `]);
  const priority = make("select", { name: `priority_${kind}`, aria: { label: `${name}: ${text.limitsHead[2]}` } });
  for (const [value, word] of Object.entries(text.priorityNames)) {
    priority.append(make("option", { value, selected: limits[`priority_${kind}`] === value }, word));
  }
  return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, ...says), make("td", {}, priority));
}

// hysteresis is a share on the wire and a percentage on the screen.
function field(name, limits, label) {
  const value = name === "hysteresis" ? Number((limits[name] * 100).toFixed(3)) : limits[name];
  const off = value === 0 && ZERO_IS_OFF.has(name);
  const made = make("input", { type: "number", step: "any", min: "0", name, value: off ? "" : value ?? "" });
  if (label) made.ariaLabel = label;
  return made;
}

async function store(event, refusal) {
  event.preventDefault();
  const said = {};
  for (const input of event.target.elements) {
    if (!input.name) continue;
    if (input.type === "checkbox") said[input.name] = input.checked;
    else if (input.type !== "number") said[input.name] = input.value;
    else if (input.value === "") said[input.name] = ZERO_IS_OFF.has(input.name) ? 0 : null;
    else said[input.name] = Number(input.value) / (input.name === "hysteresis" ? 100 : 1);
  }
  try {
    onChange(await call("PUT", "/api/alarms/limits", said));
    dialog.close();
  } catch (error) {
    put(refusal, error.message);
  }
}
