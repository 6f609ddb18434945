// How the outlets stand: a button that says it in short, and a list of all of them.

import { button, get, head, make, put } from "../browser/dom.js";
import { outletsOf } from "../state/outlets.js";
import * as common from "../text/common.js";
import * as words from "../text/outlets.js";

const dialog = get("outlets");
const open = get("outlets-open");
const summary = make("p");
const list = make("ul", { className: "outlets" });

/** Let the button open the list. */
export function listenToOutlets() {
  const close = button(common.close, () => dialog.close());
  const body = make("div", { className: "body" }, summary, list);
  dialog.replaceChildren(head(words.title, close, { id: "outlets-title" }), body);
  open.addEventListener("click", () => dialog.showModal());
}

/**
 * Show how they stand; nothing if there are none, or if that is not known now.
 * @param {object|null} status of the run (see docs/page-api.md)
 * @param {boolean} connected whether the server speaks
 */
export function showOutlets(status, connected) {
  const shown = connected ? outletsOf(status?.outlets) : null;
  open.hidden = shown === null;
  if (shown === null) return dialog.close();
  open.dataset.bad = shown.bad;
  open.title = shown.summary;
  put(open, shown.word);
  put(summary, shown.summary);
  showList(shown.list);
}

/** Write the outlets into the list. Its elements stay: what does not change is not read aloud again. */
function showList(outlets) {
  while (list.children.length > outlets.length) list.lastElementChild.remove();
  while (list.children.length < outlets.length) {
    list.append(make("li", {}, make("strong"), make("span"), make("p", { className: "error" })));
  }
  for (const [place, { name, says, error, bad }] of outlets.entries()) {
    const item = list.children[place];
    item.dataset.bad = bad;
    for (const [part, text] of [name, says, error].entries()) put(item.children[part], text);
  }
}
