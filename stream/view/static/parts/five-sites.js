// The five-site protocol: what to do now, a card per site, and the mean over all. Knows its interface, not its rules.

import { button, fact, get, make, put, setFlag } from "../browser/dom.js";
import { change } from "../browser/requests.js";
import * as common from "../text/common.js";
import * as words from "../text/five-sites.js";
import { NO_VALUE, percent, seconds, share } from "../text/format.js";
import { showMessage } from "./message.js";

const NUMBERS = [1, 2, 3, 4, 5];

export class FiveSites {
  /** Whether sites can be measured; a finished session has its sites, and no more. */
  measurable = true;

  #take;
  #toggled;
  #sites = null; // as the server sends them (see docs/page-api.md)

  /**
   * @param {(message: object) => void} take takes what an answer has of the shared state
   * @param {(open: boolean) => void} toggled the guide was opened or closed
   */
  constructor(take, toggled) {
    this.#take = take;
    this.#toggled = toggled;
    get("sites-open").addEventListener("click", () => this.#setOpen(get("sites").hidden));
    const actions = [
      button(words.start, () => this.#next(), { id: "site-next" }),
      button(words.repeat, () => this.#order({ action: "repeat" }), { id: "site-repeat" }),
      button(words.stop, () => this.#order({ action: "stop" }), { id: "site-stop" }),
      button(common.close, () => this.close(), { id: "sites-close" }),
    ];
    get("sites").replaceChildren(
      make(
        "header",
        {},
        make("h2", {}, words.title),
        make("p", { id: "site-how", role: "status" }),
        make("div", { className: "actions" }, ...actions),
      ),
      make("div", { className: "site-row", id: "site-row" }, ...NUMBERS.map(card), summary()),
    );
  }

  /** Close the guide. Returns whether it was open. */
  close() {
    return this.#setOpen(false);
  }

  /** Show the state of the measurement, also while the guide is closed: it is never out of date when it opens. */
  receive(sites) {
    this.#sites = sites;
    for (const n of NUMBERS) drawCard(sites, n);
    drawSummary(sites);
    get("site-row").hidden = !this.measurable && !sites.sites.length;
    this.#showActions();
    put("site-how", this.#instruction());
  }

  #setOpen(open) {
    if (open === !get("sites").hidden) return false;
    get("sites").hidden = !open;
    setFlag("sites-open", "aria-expanded", open);
    this.#toggled(open);
    const first = this.measurable ? "site-next" : "sites-close";
    get(open ? first : "sites-open").focus();
    return true;
  }

  // The same button starts a site, goes on to the next one, and finishes the last.
  #next() {
    const { measuring = null, next = null } = this.#sites ?? {};
    if (measuring) this.#order({ action: "next" });
    else this.#order({ action: "start", ...(next ? { site: next } : {}) });
  }

  async #order(action) {
    try {
      const { version, answer } = await change("POST", "api/sites", action);
      this.#take({ version, sites: answer });
    } catch (error) {
      showMessage(error.message);
    }
  }

  #showActions() {
    const { measuring, next, sites } = this.#sites;
    put("site-next", nextWord(measuring, next));
    for (const id of ["site-next", "site-repeat", "site-stop"]) get(id).hidden = !this.measurable;
    get("site-stop").disabled = !measuring;
    get("site-repeat").disabled = !measuring && !sites.length;
  }

  #instruction() {
    const { measuring, good_s, wanted_s, complete, next, sites } = this.#sites;
    if (!this.measurable) return sites.length ? "" : words.notMeasured;
    if (measuring) return good_s >= wanted_s ? words.longEnough(measuring) : words.holdStill(measuring);
    if (complete) return words.complete;
    if (sites.length === NUMBERS.length) {
      return words.repeatThese(sites.filter(({ counts }) => !counts).map(({ site }) => site));
    }
    return sites.length && next ? words.moveTo(next) : words.idle;
  }
}

function nextWord(measuring, next) {
  if (measuring) return measuring < NUMBERS.length ? words.next : words.finish;
  return next ? words.startAt(next) : words.start;
}

function card(n) {
  const name = words.siteName(n);
  return make(
    "section",
    { className: "site", id: `site-card-${n}`, ariaLabel: name, data: { state: "waiting" } },
    make("h3", {}, name, make("span", { className: "mark" })),
    make("p", { className: "figure" }),
    make("progress", { max: 1, value: 0, ariaLabel: name }),
    make("dl"),
  );
}

function summary() {
  return make(
    "section",
    { className: "site all", id: "site-all", ariaLabel: words.mean },
    make("h3", {}, words.mean),
    make("p", { className: "figure" }),
    make("dl", {}),
  );
}

function drawCard({ sites, measuring, good_s, wanted_s }, n) {
  const box = get(`site-card-${n}`);
  const bar = box.querySelector("progress");
  bar.hidden = measuring !== n;
  if (measuring === n) bar.value = Math.min(good_s / wanted_s, 1);
  const measured = sites.find(({ site }) => site === n);
  const shown = measuring === n ? measuringNow(good_s, wanted_s) : outcome(measured);
  box.dataset.state = shown.state;
  put(box.querySelector(".mark"), shown.mark);
  put(box.querySelector(".figure"), shown.figure);
  listFacts(box, shown.facts);
}

const measuringNow = (goodS, wantedS) => ({
  state: "measuring",
  mark: words.measuring,
  figure: words.goodOf(goodS, wantedS),
  facts: [],
});

/** Return the words of a card whose site is not being measured now; `site` is undefined if it never was. */
function outcome(site) {
  if (!site) return { state: "waiting", mark: words.waiting, figure: NO_VALUE, facts: [] };
  const { counts, enough, mean_pct, sd_pct, seconds: lengthS, share_good } = site;
  const refusal = enough ? words.mostlyNotGood : words.tooShort;
  return {
    state: counts ? "done" : "refused",
    mark: counts ? words.done : refusal,
    figure: orNone(mean_pct),
    facts: [
      [words.time, seconds(lengthS)],
      [words.goodShare, share(share_good)],
      [words.deviation, orNone(sd_pct)],
    ],
  };
}

function drawSummary({ mean_pct, heterogeneity, counted }) {
  const box = get("site-all");
  put(box.querySelector(".figure"), orNone(mean_pct));
  listFacts(box, [
    [words.counted, words.ofFive(counted)],
    [words.heterogeneity, heterogeneity === null ? NO_VALUE : heterogeneity.toFixed(2)],
    [words.heterogeneityIs, ""],
  ]);
}

const orNone = (pct) => (pct === null || pct === undefined ? NO_VALUE : percent(pct));

// The server repeats itself several times per second: what did not change is left alone.
function listFacts(box, facts) {
  const list = box.querySelector("dl");
  const key = JSON.stringify(facts);
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...facts.map(([term, value]) => fact(term, value)));
}
