// Composes the page with a tab for each source: each tab has the whole page of its source in a frame, which stays alive
// while another one is in view.

import { button, get, head, make, put } from "./browser/dom.js";
import { read, send } from "./browser/requests.js";
import { loadSymbols } from "./browser/symbols.js";
import { showMessage } from "./parts/message.js";
import { SourceTab } from "./parts/source-tab.js";
import { restoreTheme, showTheme } from "./parts/theme.js";
import { gravestOf, isAnother, placeAfter } from "./state/tabs.js";
import * as words from "./text/tabs.js";

const REFRESH_MS = 200;
const ASK_MS = 1000;

loadSymbols();
restoreTheme();
get("tabs").ariaLabel = words.tabs;
put("alone", words.alone);
get("alone").title = words.aloneSay;
put("end-all", words.endAll);

let known = null; // what the program said last
let tabs = [];
let chosen = 0;
let reachable = true;
let announced = "";

get("tabs").addEventListener("keydown", (event) => {
  const place = placeAfter(event.key, chosen, tabs.length);
  if (place === null) return;
  event.preventDefault();
  choose(place);
  tabs[place].focus();
});
get("end-all").addEventListener("click", askForEnd);
window.addEventListener("message", ({ source, origin, data }) => {
  const place = tabs.findIndex((tab) => tab.isFrom(source));
  if (origin !== location.origin || place < 0) return;
  if (data.type === "state") {
    tabs[place].receive(data);
    refresh();
  } else if (data.type === "next") {
    choose((chosen + 1) % tabs.length);
    tabs[chosen].enter();
  } else if (data.type === "sound" || data.type === "theme") passOn(place, data);
});

ask();
setInterval(ask, ASK_MS);
setInterval(refresh, REFRESH_MS);

/** Ask the program which sources there are, and which of them have a page by now. */
async function ask() {
  const answer = await read("api/status").catch(() => null);
  reachable = answer !== null;
  if (reachable) {
    if (isAnother(answer, known)) return location.reload();
    if (known === null) begin(answer.sources);
    known = answer;
    for (const [place, source] of answer.sources.entries()) tabs[place].know(source);
  }
  refresh();
}

function begin(sources) {
  tabs = sources.map((source, place) => new SourceTab(source, () => choose(place)));
  get("tabs").append(...tabs.map(({ tab }) => tab));
  get("panels").append(...tabs.map(({ panel }) => panel));
  const asked = sources.findIndex(({ number }) => `#${number}` === location.hash);
  choose(Math.max(asked, 0));
}

/** Bring the page of a source into view. */
function choose(place) {
  chosen = place;
  for (const [other, tab] of tabs.entries()) tab.choose(other === place);
  const { number } = tabs[place];
  get("alone").href = `${number}/`;
  history.replaceState(null, "", `#${number}`);
}

/** Show how all sources stand, and call for the gravest alarm out of view. */
function refresh() {
  for (const tab of tabs) tab.show(reachable);
  get("end-all").hidden = !tabs.some(({ ongoing }) => ongoing);
  const shown = tabs.map(({ title, shown: { alarm } }) => ({ title, alarm }));
  const title = words.title(tabs.length, gravestOf(shown));
  if (tabs.length && document.title !== title) document.title = title;
  const unseen = shown.filter(({ alarm }, place) => place !== chosen && alarm?.unseen);
  const said = unseen.map(({ title: source, alarm }) => words.called(source, alarm)).join(". ");
  if (said !== announced) put("alarm-announcer", said);
  announced = said;
}

/** What was chosen for sound or colours in one tab counts in all. */
function passOn(from, message) {
  if (message.type === "theme") showTheme(message.name);
  for (const [place, tab] of tabs.entries()) if (place !== from) tab.send(message);
}

function askForEnd() {
  const dialog = get("ending");
  const cancel = button(words.cancel, () => dialog.close());
  const end = button(words.endAll, () => endAll(dialog), { className: "strong" });
  dialog.replaceChildren(
    head(words.endAll, cancel, { id: "ending-title" }),
    make("div", { className: "body" }, make("p", {}, words.question), make("div", { className: "actions end" }, end)),
  );
  dialog.showModal();
}

async function endAll(dialog) {
  dialog.close();
  for (const { number } of tabs.filter(({ ongoing }) => ongoing)) {
    await send("POST", `${number}/api/session/end`).catch((error) => showMessage(error.message));
  }
}
