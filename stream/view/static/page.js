// Composes the page: the line to the server feeds the picture, the panel and the trend; a clock of its own ages them.

import { showCorner, showDensity, showQuality, showState } from "./panel.js";
import { PictureView } from "./picture.js";
import { Series } from "./series.js";
import { Line } from "./socket.js";
import { decide, stopwatch } from "./state.js";
import * as text from "./text.js";
import { recall, remember, restoreTheme, setTheme, theme } from "./theme.js";
import { Trend } from "./trend.js";

const REFRESH_MS = 100;
const WINDOW_KEY = "capillary-window";

const get = (id) => document.getElementById(id);
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

restoreTheme();
const series = new Series();
const picture = new PictureView(get("picture"));
let status = null;
let run = null; // what the server said about the run: see stream/view/info.py
let sinceStatus = stopwatch();
let trend = null;
let sinceDrawn = stopwatch();

const line = new Line(`ws://${location.host}/ws`, {
  onText(message) {
    if (message.type === "hello") open(message);
    status = message.status;
    sinceStatus = stopwatch();
    series.append(message.points);
    refresh();
  },
  onPicture: (header, jpeg) => picture.show(header, jpeg),
});

// A hello begins the trend anew: after a broken line the server's memory fills the gap. Another run may have taken the
// place of the one before; a page of another version is fetched again.
function open(hello) {
  if (run !== null && run.version !== hello.info.version) location.reload();
  if (run !== null && run.session !== hello.info.session) picture.clear();
  run = hello.info;
  series.clear();
  if (trend === null) {
    trend = new Trend(get("trend"), series, run.mode === "replay");
    choose(recall(WINDOW_KEY));
  } else if (trend.replay !== (run.mode === "replay")) {
    trend.replay = run.mode === "replay";
    trend.build();
  }
}

function refresh() {
  const decided = decide(status, sinceStatus(), line.connected(), (run?.stale_after_s ?? 1) * 1000);
  showState(status, decided, picture.current());
  showDensity(status, decided);
  showQuality(status, decided);
  showCorner(status, decided);
  if (trend !== null && sinceDrawn() >= drawEveryMs()) redraw();
}

// The axis goes on when readings stop, so that a gap is seen growing; a replay's media time stands still.
function redraw() {
  const moving = status.mode !== "replay" && status.state !== "ended";
  const now = moving ? status.t_ns / 1e9 + sinceStatus() / 1000 : null;
  const newest = series.newest();
  trend.draw(now === null ? newest : Math.max(newest ?? 0, now));
  sinceDrawn = stopwatch();
}

// As often as the picture would move by a pixel or so, and no more than five times a second.
function drawEveryMs() {
  return calm ? 1000 : Math.min(Math.max((trend.windowS / 1000) * 1000, 200), 2000);
}

// A length that is not offered (nothing remembered yet) is the shortest.
function choose(seconds) {
  const offered = [...document.querySelectorAll("input[name=window]")];
  const chosen = offered.find((radio) => radio.value === seconds) ?? offered[0];
  chosen.checked = true;
  trend.windowS = Number(chosen.value);
  remember(WINDOW_KEY, chosen.value);
  sinceDrawn = () => Infinity;
}

function toggleOutlines() {
  picture.setOutlines(!picture.outlines);
  get("outlines").setAttribute("aria-pressed", String(picture.outlines));
}

function labelTheme() {
  get("theme-word").textContent = theme() === "dark" ? text.toLight : text.toDark;
}

get("outlines").addEventListener("click", toggleOutlines);
get("theme").addEventListener("click", () => {
  setTheme(theme() === "dark" ? "light" : "dark");
  labelTheme();
  trend?.build();
});
get("windows").addEventListener("change", (event) => choose(event.target.value));
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLInputElement && event.target.type === "text";
  if (event.key === "o" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) toggleOutlines();
});

for (const element of document.querySelectorAll("[data-text]")) element.textContent = text.labels[element.dataset.text];
for (const element of document.querySelectorAll("[data-label]")) element.ariaLabel = text.labels[element.dataset.label];
labelTheme();
refresh();
setInterval(refresh, REFRESH_MS);
