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
const DEFAULT_WINDOW_S = "60";

const get = (id) => document.getElementById(id);
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

restoreTheme();
const series = new Series();
const picture = new PictureView(get("picture"));
let status = null;
let staleAfterMs = 1000;
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

// A hello begins the trend anew: after a broken line the server's memory fills the gap.
function open(hello) {
  staleAfterMs = hello.info.stale_after_s * 1000;
  series.clear();
  if (trend === null) {
    trend = new Trend(get("trend"), series, hello.info.mode === "replay");
    choose(recall(WINDOW_KEY) ?? DEFAULT_WINDOW_S);
  }
}

function refresh() {
  const decided = decide(status, sinceStatus(), line.connected(), staleAfterMs);
  showState(status, decided);
  showDensity(status, decided);
  showQuality(status, decided);
  showCorner(status);
  if (trend !== null && sinceDrawn() >= drawEveryMs()) redraw(decided);
}

// The axis goes on when readings stop, so that a gap is seen growing; a replay's media time stands still.
function redraw(decided) {
  const newest = series.newest();
  const live = status.mode !== "replay" && status.state !== "ended";
  trend.draw(newest === null || !live ? newest : Math.max(newest, status.t_ns / 1e9 + sinceStatus() / 1000));
  sinceDrawn = stopwatch();
}

// As often as the picture would move by a pixel or so, and no more than five times a second.
function drawEveryMs() {
  return calm ? 1000 : Math.min(Math.max((trend.windowS / 1000) * 1000, 200), 2000);
}

function choose(seconds) {
  const radio = document.querySelector(`input[name=window][value="${seconds}"]`);
  if (!radio) return;
  radio.checked = true;
  trend.windowS = Number(seconds);
  remember(WINDOW_KEY, seconds);
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
