// Markers: preset buttons and notes for the frame in view, and the sheet that edits them. Knows the interface for markers.

import { call } from "./api.js";
import { changePanel } from "./change.js";
import { button, get, make, put, tell } from "./dom.js";
import * as text from "./text.js";

const PRESETS = Object.keys(text.kinds).filter((kind) => kind !== "note");
const known = new Map(); // by id
let [chosen, page] = [null, null];

// page: {inView() → seq or null, look(seq), changed(markers), windows(two windows or null)}
export function watchMarkers(context) {
  page = context;
  const presets = PRESETS.map((kind, i) =>
    make("button", { type: "button", onclick: () => mark(kind), data: { kind }, aria: { keyshortcuts: String(i + 1) } },
      make("kbd", {}, String(i + 1)), make("span", {}, text.kinds[kind])));
  get("presets").replaceChildren(...presets);
  get("note-form").addEventListener("submit", note);
  get("markers-open").addEventListener("click", () => (get("markers").hidden ? openMarkers() : closeMarkers()));
  label();
}

export const markers = () => [...known.values()].sort((a, b) => a.x - b.x);

// said: new, changed and removed markers. afresh: forget what is known.
export function setMarkers(said, afresh = false) {
  if (afresh) known.clear();
  else if (!said.length) return;
  for (const marker of said) {
    if (marker.removed) known.delete(marker.id);
    else known.set(marker.id, marker);
  }
  if (!known.has(chosen)) chosen = null;
  label();
  page.changed(markers());
  if (!get("markers").hidden && !get("markers").contains(document.activeElement)) draw();
}

function label() {
  put("markers-open", text.markersButton(known.size));
}

export const markPreset = (number) => mark(PRESETS[number - 1]);

async function mark(kind, words = "") {
  try {
    const seq = page.inView();
    const marker = await call("POST", "/api/markers", { kind, text: words, ...(seq === null ? {} : { seq }) });
    setMarkers([marker]);
    tell(text.marked(marker));
    return true;
  } catch (error) {
    tell(error.message);
    return false;
  }
}

async function note(event) {
  event.preventDefault();
  const words = get("note").value.trim();
  if (words && (await mark("note", words))) {
    get("note").value = "";
    get("note").blur();
  }
}

export function openMarkers(id = chosen) {
  chosen = id;
  get("markers").hidden = false;
  get("markers-open").setAttribute("aria-expanded", "true");
  draw();
  (get("markers").querySelector("[aria-current=true]") ?? get("markers-close")).focus();
}

// Whether there was anything to close.
export function closeMarkers() {
  if (get("markers").hidden) return false;
  get("markers").hidden = true;
  get("markers-open").setAttribute("aria-expanded", "false");
  get("markers-open").focus();
  page.windows(null);
  return true;
}

function draw() {
  const close = button(text.close, closeMarkers, { id: "markers-close" });
  const head = make("header", {}, make("h2", {}, text.labels.markers), close);
  const list = make("ul", { className: "marker-list" }, ...markers().map((marker) => make("li", {}, line(marker))));
  if (!known.size) list.append(make("li", { className: "quiet" }, text.noMarkers));
  get("markers").replaceChildren(head, make("div", { className: "sheet-body markers-body" }, list, one(known.get(chosen))));
}

function line(marker) {
  const current = { current: String(marker.id === chosen) };
  return make("button", { type: "button", aria: current, data: { id: marker.id }, onclick: () => openMarkers(marker.id) },
    make("time", {}, text.clock(marker.x, marker.x < 1e8)), make("span", { title: text.markerName(marker) }, text.markerName(marker)));
}

function one(marker) {
  if (!marker) {
    page.windows(null);
    return make("p", { className: "quiet" }, known.size ? text.chooseMarker : "");
  }
  const kind = make("select", { name: "kind", ariaLabel: text.kindLabel });
  for (const [value, word] of Object.entries(text.kinds)) kind.append(make("option", { value, selected: value === marker.kind }, word));
  const words = make("input", { type: "text", name: "text", value: marker.text, maxLength: 200, ariaLabel: text.textLabel });
  const actions = make("div", { className: "actions" }, button(text.remove, () => remove(marker)), make("button", { className: "strong" }, text.save));
  if (marker.seq !== null) actions.prepend(button(text.showFrame, () => { closeMarkers(); page.look(marker.seq); }));
  const form = make("form", { onsubmit: (event) => edit(event, marker) }, kind, words, actions);
  return make("div", { className: "marker-one" }, form, changePanel(marker, page.windows));
}

async function edit(event, marker) {
  event.preventDefault();
  const { kind, text: words } = event.target.elements;
  await change(call("PATCH", `/api/markers/${marker.id}`, { kind: kind.value, text: words.value.trim() }));
}

async function remove(marker) {
  if (await change(call("DELETE", `/api/markers/${marker.id}`))) tell(text.removed(marker));
}

async function change(answer) {
  try {
    setMarkers([await answer]);
    if (!get("markers").hidden) openMarkers();  // it may have been closed meanwhile
    return true;
  } catch (error) {
    tell(error.message);
    return false;
  }
}
