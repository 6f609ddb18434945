// The five-site protocol: what to do now, a card a site, and the mean over all. Knows its interface, not its rules.

import { call } from "./api.js";
import { button, fact, get, make, put, tell } from "./dom.js";
import * as text from "./text.js";

const NUMBERS = [1, 2, 3, 4, 5];
let [sites, allowed] = [null, true];

// toggled(open): the guide takes the trend's place.
export function watchSites(toggled) {
  get("sites-open").addEventListener("click", () => openSites(get("sites").hidden, toggled));
  const actions = [["next", text.siteStart], ["repeat", text.siteRepeat], ["stop", text.siteStop]].map(([action, word]) =>
    button(word, () => order({ action: action === "next" && !sites?.measuring ? "start" : action, ...startAt(action) }), { id: `site-${action}` }));
  get("sites").replaceChildren(
    make("header", {}, make("h2", {}, text.sitesTitle), make("p", { id: "site-how", role: "status" }),
      make("div", { className: "actions" }, ...actions, button(text.close, () => openSites(false, toggled)))),
    make("div", { className: "site-row" }, ...NUMBERS.map(card), summary()),
  );
}

// A finished session has its sites, and cannot measure more.
export function allowSites(on) {
  allowed = on;
}

export function openSites(open, toggled) {
  if (open === !get("sites").hidden) return false;
  get("sites").hidden = !open;
  get("sites-open").setAttribute("aria-expanded", String(open));
  toggled(open);
  if (open) get("site-next").focus();
  else get("sites-open").focus();
  return true;
}

const startAt = (action) => (action === "next" && !sites?.measuring && sites?.next ? { site: sites.next } : {});

async function order(action) {
  try {
    setSites(await call("POST", "/api/sites", action));
  } catch (error) {
    tell(error.message);
  }
}

function card(n) {
  return make("section", { className: "site", id: `site-card-${n}`, ariaLabel: text.siteName(n), data: { state: "waiting" } },
    make("h3", {}, text.siteName(n), make("span", { className: "mark" })),
    make("p", { className: "figure" }), make("progress", { max: 1, value: 0, ariaLabel: text.siteName(n) }), make("dl"));
}

function summary() {
  return make("section", { className: "site all", id: "site-all", ariaLabel: text.siteMean },
    make("h3", {}, text.siteMean), make("p", { className: "figure" }), make("dl", {}));
}

export function setSites(said) {
  sites = said;
  if (get("sites").hidden || !sites) return;
  NUMBERS.forEach(drawCard);
  drawAll();
  const next = get("site-next");
  put(next, sites.measuring ? (sites.measuring < 5 ? text.siteNext : text.siteFinish) : sites.next ? text.siteStartAt(sites.next) : text.siteStart);
  next.disabled = !allowed;
  get("site-stop").disabled = !allowed || !sites.measuring;
  get("site-repeat").disabled = !allowed || (!sites.measuring && !sites.sites.length);
  put("site-how", how());
}

function how() {
  if (!allowed) return "";
  if (sites.measuring) return sites.good_s >= sites.wanted_s ? text.siteHow.enough(sites.measuring) : text.siteHow.measuring(sites.measuring);
  if (sites.complete) return text.siteHow.complete;
  if (sites.sites.length === 5) return text.siteHow.refused(sites.sites.filter((site) => !site.counts).map((site) => site.site));
  return sites.sites.length && sites.next ? text.siteHow.between(sites.next) : text.siteHow.idle;
}

function drawCard(n) {
  const box = get(`site-card-${n}`);
  const done = sites.sites.find((site) => site.site === n);
  const measuring = sites.measuring === n;
  box.dataset.state = measuring ? "measuring" : !done ? "waiting" : done.counts ? "done" : "refused";
  const bar = box.querySelector("progress");
  bar.hidden = !measuring;
  if (measuring) bar.value = Math.min(sites.good_s / sites.wanted_s, 1);
  put(box.querySelector(".mark"), measuring ? text.siteMeasuring : done ? (done.counts ? text.siteEnough : done.enough ? text.sitePoor : text.siteShort) : text.siteWaiting);
  put(box.querySelector(".figure"), measuring ? text.siteGood(sites.good_s, sites.wanted_s) : done?.mean_pct != null ? text.percent(done.mean_pct) : text.none);
  const facts = !done || measuring ? [] : [
    [text.siteTime, text.seconds(done.seconds)], [text.siteShare, text.share(done.share_good)],
    [text.siteSpread, done.sd_pct === null ? text.none : text.percent(done.sd_pct)],
  ];
  listFacts(box, facts);
}

function drawAll() {
  const box = get("site-all");
  put(box.querySelector(".figure"), sites.mean_pct === null ? text.none : text.percent(sites.mean_pct));
  const spread = sites.heterogeneity === null ? text.none : sites.heterogeneity.toFixed(2);
  listFacts(box, [[text.sitesDone, text.ofFive(sites.counted)], [text.heterogeneity, spread], [text.heterogeneityIs, ""]]);
}

function listFacts(box, facts) {
  const list = box.querySelector("dl");
  const key = JSON.stringify(facts);
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...facts.map(([term, says]) => fact(term, says)));
}
