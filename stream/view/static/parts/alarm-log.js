// What happened to alarms in this session, oldest first: a dialog. Knows the interface for it, not the rules.

import { button, get, head, make, put, tableHead } from "../browser/dom.js";
import { read } from "../browser/requests.js";
import { folded } from "../state/alarm-log.js";
import * as words from "../text/alarms.js";
import * as common from "../text/common.js";
import { clock } from "../text/format.js";

const dialog = get("log");

/** Let the button open the log; `look(seq)` shows the frame at which something happened. */
export function watchLog(look) {
  get("log-open").addEventListener("click", () => open(look));
}

/** Close the log: another session has begun. */
export const closeLog = () => dialog.close();

async function open(look) {
  const body = make("div", { className: "body" });
  const close = button(common.close, () => dialog.close());
  dialog.replaceChildren(head(words.logTitle, close, { id: "log-title" }), body);
  dialog.showModal();
  try {
    const events = await read("api/alarms/events");
    body.append(events.length ? table(events, look) : make("p", {}, words.logEmpty));
  } catch (error) {
    put(body, error.message);
  }
}

function table(events, look) {
  return make("table", {}, tableHead(words.logHead), make("tbody", {}, ...rows(events, look)));
}

// Of limits, what changed in them is said; the first ones are those of the start, which were changed by no person.
function rows(events, look) {
  let limits = null;
  return folded(events).map((event) => {
    const happened = event.event === "unjudged" ? words.unjudged(event) : words.eventName(event.event);
    if (event.event !== "limits") {
      return event.kind === null
        ? row(event, look, "", happened, "")
        : row(event, look, words.alarmName(event), happened, words.comparison(event));
    }
    const before = limits;
    limits = event.limits;
    return before === null
      ? row(event, look, "", words.limitsAtStart, words.limitsInForce(limits))
      : row(event, look, "", happened, words.limitsChanged(before, limits));
  });
}

function row({ t_ns, seq }, look, alarm, happened, value) {
  const time = clock(t_ns / 1e9);
  const showFrame = () => {
    dialog.close();
    look(seq);
  };
  const when = seq === null ? time : button(time, showFrame, { title: common.showFrame });
  return make("tr", {}, ...[when, alarm, happened, value].map((cell) => make("td", {}, cell)));
}
