// What happened to alarms in this session, oldest first: a dialog. Knows the interface for it, not the rules.

import { ask } from "./api.js";
import { button, get, make, put } from "./dom.js";
import * as text from "./text.js";

const dialog = get("log");

// look(seq): shows the frame at which something happened.
export function watchLog(look) {
  get("log-open").addEventListener("click", async () => {
    const body = make("div", { className: "body" });
    dialog.replaceChildren(make("header", {}, make("h2", { id: "log-title" }, text.logTitle), button(text.close, () => dialog.close())), body);
    dialog.showModal();
    try {
      const events = await ask("/api/alarms/events");
      body.append(events.length ? table(events, look) : make("p", {}, text.logEmpty));
    } catch (error) {
      put(body, error.message);
    }
  });
}

function table(events, look) {
  const head = make("tr", {}, ...text.logHead.map((word) => make("th", { scope: "col" }, word)));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows(events, look)));
}

// Limits are told by what changed in them; the first ones are those of the start, which nobody changed.
function rows(events, look) {
  let limits = null;
  return events.map((event) => {
    if (event.event !== "limits") return row(event, look);
    const before = limits;
    limits = event.limits;
    if (before) return row(event, look, text.limitsChanged(before, limits));
    return row(event, look, text.limitsNow(limits.low_pct ?? null, limits.high_pct ?? null), text.limitsAtStart);
  });
}

function row(event, look, told = "", happened = text.logEvents[event.event] ?? event.event) {
  const time = text.clock(event.t_ns / 1e9);
  const show = () => { dialog.close(); look(event.seq); };
  const when = event.seq === null ? time : button(time, show, { title: text.showFrame });
  const what = event.kind === null ? "" : text.alarmWord(event);
  const says = event.kind === null ? told : text.alarmSentence(event);
  return make("tr", {}, ...[when, what, happened, says].map((cell) => make("td", {}, cell)));
}
