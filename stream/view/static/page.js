// Composes the page: the line to the server feeds its parts; a clock of its own ages them.

import { watchLog } from "./alarm-log.js";
import { acknowledgeAll, setAlarms, showAlarms, togglePause, toggleSound } from "./alarms.js";
import { get, put } from "./dom.js";
import { Evidence } from "./evidence.js";
import { WATCHED_S, pressed } from "./hints.js";
import { listen } from "./keys.js";
import { refreshLimits, showLimits, watchLimits } from "./limits.js";
import { closeMarkers, markPreset, openMarkers, setMarkers, watchMarkers } from "./markers.js";
import { showCorner, showDensity, showFrame, showQuality, showState } from "./panel.js";
import { PictureView } from "./picture.js";
import { savePicture, showReview, watchReview } from "./review.js";
import { Series } from "./series.js";
import { allowSites, openSites, setSites, watchSites } from "./sites.js";
import { Line } from "./socket.js";
import { decide, stopwatch } from "./state.js";
import * as text from "./text.js";
import { recall, remember, restoreTheme, setTheme, theme } from "./theme.js";
import { TrendData } from "./trend-data.js";
import { handleTrend } from "./trend-pointer.js";
import { Trend } from "./trend.js";

const REFRESH_MS = 100;
const WINDOW_KEY = "capillary-window";
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

for (const element of document.querySelectorAll("[data-text]")) element.textContent = text.labels[element.dataset.text];
for (const element of document.querySelectorAll("[data-label]")) element.ariaLabel = text.labels[element.dataset.label];
for (const element of document.querySelectorAll("[data-hint]")) element.placeholder = text.labels[element.dataset.hint];
restoreTheme();

let status = null;
let run = null; // what the server said about the run: see stream/view/live/session_info.py
let sinceStatus = stopwatch();
let sinceDrawn = stopwatch();

const series = new Series();
const stored = new TrendData(() => arrived());
const picture = new PictureView(get("picture"), (region) => evidence.drawRegion(region));
const evidence = new Evidence(picture, () => looked());
const trend = new Trend(get("trend"), series, stored);
const reviewing = () => run?.mode === "review";

const line = new Line(`${location.origin.replace(/^http/, "ws")}/ws`, {
  onText(message) {
    if (message.type === "hello") open(message);
    status = message.status;
    sinceStatus = stopwatch();
    series.append(message.points);
    setAlarms(message.alarms);
    setMarkers(message.markers, message.type === "hello");
    setSites(message.sites);
    refresh();
  },
  onPicture: (header, jpeg) => picture.show(header, jpeg),
});

// A hello begins the trend anew: after a broken line the server's memory fills the gap. Another run may have taken the
// place of the one before; a page of another version is fetched again.
function open(hello) {
  if (run !== null && run.version !== hello.info.version) location.reload();
  const another = run === null || run.session !== hello.info.session;
  run = hello.info;
  series.clear();
  stored.forget();
  wish();
  refreshLimits();
  if (another) begin();
}

function begin() {
  picture.clear();
  evidence.close();
  evidence.ages = trend.growing = !reviewing();
  allowSites(!reviewing());
  choose(reviewing() ? "session" : recall(WINDOW_KEY));
}

// What this page wants to be sent: no pictures while nobody can see them.
function wish() {
  line.say({ pictures: !document.hidden, overlay: picture.outlines });
}

function refresh() {
  const decided = decide(status, sinceStatus(), line.connected(), (run?.stale_after_s ?? 1) * 1000, line.ended);
  showState(status, decided, picture.current(), evidence.frame !== null, evidence.missing());
  if (reviewing()) showFrame(evidence.frame);
  else {
    showDensity(status, decided);
    showQuality(status, decided, pressed(series.lately(WATCHED_S)));
  }
  showCorner(status, decided);
  showAlarms((status?.t_ns ?? 0) + sinceStatus() * 1e6, decided.state, reviewing());
  evidence.tick(now());
  if (run !== null && sinceDrawn() >= drawEveryMs()) redraw();
}

// Axis time now; null where time stands still: a replay's own, or a session that has ended.
function now() {
  const moving = status !== null && ["live", "demo"].includes(status.mode) && status.state !== "ended";
  return moving ? status.t_ns / 1e9 + sinceStatus() / 1000 : null;
}

// The axis goes on when readings stop, so that a gap is seen growing.
function redraw() {
  const newest = series.newest() ?? stored.extent?.[1] ?? null;
  trend.draw(now() === null ? newest : Math.max(newest ?? 0, now()));
  get("to-now").hidden = reviewing() || trend.edgesFixed === null;
  showReview(reviewing(), trend.extent(), evidence.frame?.x ?? null);
  sinceDrawn = stopwatch();
}

// As often as the picture would move by a pixel or so, and no more than five times a second.
function drawEveryMs() {
  const windowMs = trend.windowS === "session" ? 2000 : trend.windowS;
  return calm ? 1000 : Math.min(Math.max(windowMs, 200), 2000);
}

// New columns from the server. A review opens at its first frame.
function arrived() {
  redraw();
  if (reviewing() && evidence.frame === null && stored.extent) evidence.lookAt(stored.extent[0]);
}

// Another frame is in view, or none.
function looked() {
  const x = evidence.frame?.x ?? null;
  trend.point(x);
  const slider = get("trend");
  const [first, last] = trend.extent();
  Object.entries({ valuemin: first, valuemax: last, valuenow: x ?? last }).forEach(([name, value]) => slider.setAttribute(`aria-${name}`, value));
  slider.setAttribute("aria-valuetext", text.trendAt(x));
  refresh();
  redraw();
}

// A length that is not offered (nothing remembered yet) is the shortest.
function choose(wanted) {
  const offered = [...document.querySelectorAll("input[name=window]")];
  const chosen = offered.find((radio) => radio.value === wanted) ?? offered[0];
  chosen.checked = true;
  if (!reviewing()) remember(WINDOW_KEY, chosen.value);
  trend.show(chosen.value === "session" ? "session" : Number(chosen.value));
  redraw();
}

function toggleOutlines() {
  picture.setOutlines(!picture.outlines);
  get("outlines").setAttribute("aria-pressed", String(picture.outlines));
  wish();
}

function labelTheme() {
  put("theme-word", theme() === "dark" ? text.toLight : text.toDark);
}

// Measuring needs the live picture.
function toggleSites(shown) {
  if (shown && !reviewing()) evidence.close();
  get("trend-panel").hidden = shown;
}

// Frame by frame; from the live picture the first step back is the newest frame.
function step(by) {
  if (evidence.frame !== null) evidence.step(by);
  else if (by < 0) evidence.freeze();
  else return false;
  return true;
}

// A tenth of the window, where a moment is looked at.
function leap(by) {
  const [from, to] = trend.edges();
  const about = evidence.frame?.x ?? to;
  evidence.lookAt(about + (by * (to - from)) / 10);
}

function zoom(factor) {
  trend.zoom(factor);
  redraw();
}

watchLimits((limits) => {
  trend.limits = limits;
  showLimits(limits);
});
watchMarkers({
  inView: () => evidence.frame?.seq ?? picture.live?.header.seq ?? null,
  look: evidence.look,
  changed(markers) {
    trend.markers = markers;
    redraw();
  },
  windows(pair) {
    trend.windows = pair;
    if (pair && !trend.growing) trend.fix([pair[0][0], pair[1][1]]);
    redraw();
  },
});
watchSites(toggleSites);
watchLog(evidence.look);
watchReview(evidence.lookAt);
handleTrend(trend, { moved: redraw, picked: evidence.lookAt, flagged: openMarkers });

get("outlines").addEventListener("click", toggleOutlines);
get("picture").addEventListener("click", () => evidence.frame === null && evidence.freeze());
get("region-back").addEventListener("click", () => evidence.stepRegion(-1));
get("region-on").addEventListener("click", () => evidence.stepRegion(1));
get("theme").addEventListener("click", () => {
  setTheme(theme() === "dark" ? "light" : "dark");
  labelTheme();
  trend.build();
});
get("windows").addEventListener("change", (event) => choose(event.target.value));
get("to-now").addEventListener("click", () => choose(document.querySelector("input[name=window]:checked").value));
get("export-png").addEventListener("click", () => savePicture(trend, run.session));
document.addEventListener("visibilitychange", wish);

listen({
  o: toggleOutlines,
  a: acknowledgeAll,
  p: togglePause,
  m: toggleSound,
  n: () => get("note").focus(),
  "+": () => zoom(1 / 1.5),
  "=": () => zoom(1 / 1.5),
  "-": () => zoom(1.5),
  ...Object.fromEntries(Array.from({ length: 9 }, (_, i) => [String(i + 1), () => markPreset(i + 1)])),
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  PageUp: () => leap(-1),
  PageDown: () => leap(1),
  Home: () => evidence.lookAt(trend.extent()[0]),
  End: () => evidence.lookAt(trend.extent()[1]),
  Escape: () => closeMarkers() || openSites(false, toggleSites) || (!reviewing() && evidence.close()),
});

labelTheme();
refresh();
setInterval(refresh, REFRESH_MS);
