// Composes the page: the connection to the server feeds its parts, and a clock of the page's own ages them.

import { Connection } from "./browser/connection.js";
import { get } from "./browser/dom.js";
import { Enclosing } from "./browser/enclosing.js";
import { stopwatch } from "./browser/stopwatch.js";
import { loadSymbols } from "./browser/symbols.js";
import { AlarmBar } from "./parts/alarm-bar.js";
import { AlarmLimits } from "./parts/alarm-limits.js";
import { closeLog, watchLog } from "./parts/alarm-log.js";
import { showCorner } from "./parts/corner.js";
import { showDensity, showDensityOf } from "./parts/density.js";
import { Ending } from "./parts/ending.js";
import { Evidence } from "./parts/evidence.js";
import { FiveSites } from "./parts/five-sites.js";
import { fillFixedWords } from "./parts/fixed-words.js";
import { makeFurtherMeasures } from "./parts/further-measures.js";
import { listenToKeys } from "./parts/keyboard.js";
import { Magnifier } from "./parts/magnifier.js";
import { Markers } from "./parts/markers.js";
import { Navigation } from "./parts/navigation.js";
import { listenToOutlets, showOutlets } from "./parts/outlets.js";
import { Picture } from "./parts/picture.js";
import { Player } from "./parts/player.js";
import { Previous } from "./parts/previous.js";
import { showQuality, showQualityOf } from "./parts/quality.js";
import { listenToRecording, showRecording } from "./parts/recording.js";
import { openReview, showReview, watchReview } from "./parts/review.js";
import { showRunState, toldOf } from "./parts/run-state.js";
import { Scale } from "./parts/scale.js";
import { changeTheme, restoreTheme, watchTheme } from "./parts/theme.js";
import { listenToPointer } from "./plot/pointer.js";
import { Series } from "./plot/series.js";
import { Signals } from "./plot/signals.js";
import { StoredTrend } from "./plot/stored-trend.js";
import { Trend } from "./plot/trend.js";
import { isPressed, WATCHED_S } from "./state/pressure.js";
import { decide } from "./state/run-state.js";
import { Session } from "./state/session.js";
import { SharedState } from "./state/shared-state.js";

const REFRESH_MS = 100;
const REDRAW_CALM_MS = 1000;
const lessMotion = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

loadSymbols();
fillFixedWords();
restoreTheme();

// Each part is made once. A callback that names a part made further down is called later than that.
let sinceDrawn = stopwatch();
let leaving = false;
const session = new Session();
const shared = new SharedState({
  alarms: (now) => alarms.receive(now),
  limits: showLimits,
  sites: (now) => sites.receive(now),
  previous: (now) => previous.receive(now),
  markers: (all) => markers.receive(all),
});
const take = (message) => shared.take(message);
const series = new Series();
const stored = new StoredTrend(redraw);
const trend = new Trend(get("trend"), series, stored);
const signals = new Signals();
const picture = new Picture(get("picture"), {
  onPoint: (region) => evidence.showRegion(region),
  onOutlines: sayWhatToSend,
  onPlaced: () => scale.showBar(),
});
const magnifier = new Magnifier(picture);
const scale = new Scale(picture, {
  hold: () => evidence.frame === null && evidence.freeze(),
  reviewing: () => session.reviewing,
  kept: scaleKept,
});
const evidence = new Evidence(picture, frameChanged);
const player = new Player(evidence, () => evidence.lookAt(trend.extent()[0]));
const navigation = new Navigation(trend, evidence, session, redraw);
const alarms = new AlarmBar(take, (on) => enclosing.send({ type: "sound", on }));
const limits = new AlarmLimits(take, () => session.status?.density_pct ?? null);
const previous = new Previous(take);
const markers = new Markers({
  past: () => evidence.place,
  newest: () => picture.live?.header.seq ?? null,
  nowS: () => session.axisNowS(),
  look: evidence.look,
  take,
  changed: showMarkers,
  compared: showCompared,
});
const ending = new Ending();
listenToRecording();
listenToOutlets();
const sites = new FiveSites(take, showLiveForSites);
const enclosing = new Enclosing({
  onShown: sayWhatToSend,
  onSound: (on) => alarms.switchSound(on),
  onTheme: changeTheme,
});
const connection = new Connection(new URL("ws", document.baseURI.replace(/^http/, "ws")), {
  onText: receive,
  onPicture: (header, jpeg) => picture.show(header, jpeg),
});

watchLog(evidence.look);
watchReview(trend, session, evidence.scrubTo);
watchTheme((name) => {
  trend.build();
  signals.build();
  enclosing.send({ type: "theme", name });
});
listenToPointer(get("trend"), trend, {
  moved: redraw,
  picked: evidence.lookAt,
  flagged: (id) => markers.open(id),
});
listenToKeys({
  o: () => picture.toggleOutlines(),
  a: () => alarms.acknowledgeAll(),
  p: () => alarms.togglePause(),
  m: () => alarms.toggleSound(),
  n: () => get("note").focus(),
  f: () => magnifier.toggle(),
  ...(enclosing.there && { s: () => enclosing.send({ type: "next" }) }),
  " ": () => !(document.activeElement instanceof HTMLButtonElement) && player.toggle(),
  "+": zoomIn,
  "=": zoomIn,
  "-": zoomOut,
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => [number, () => markers.markPreset(number)])),
  ArrowLeft: () => navigation.step(-1),
  ArrowRight: () => navigation.step(1),
  PageUp: () => navigation.jump(-1),
  PageDown: () => navigation.jump(1),
  Home: () => navigation.toFirst(),
  End: () => navigation.toLast(),
  Escape: () => scale.close() || markers.closeOne() || sites.close() || magnifier.close() || navigation.toNow(),
});
document.addEventListener("visibilitychange", sayWhatToSend);

refresh();
setInterval(refresh, REFRESH_MS);

/** Take a message of the server (see docs/page-api.md). */
function receive(message) {
  if (message.type === "hello") {
    openRun(message.info);
    makeFurtherMeasures(message.measures);
    shared.begin(stateOf(message));
  } else {
    shared.take(stateOf(message));
  }
  session.receive(message.status);
  series.append(message.points);
  refresh();
  if (message.status.state === "ended") endOfRun();
}

// The server waits a second for pages to leave before it goes.
async function endOfRun() {
  if (leaving) return;
  leaving = true;
  await ending.keepReport();
  connection.leave();
}

/** Return a message as the shared state takes it. */
const stateOf = ({ state_version: version, ...message }) => ({ ...message, version });

// After a broken connection the server's memory fills the gap: a hello begins the trend anew. Another run may have
// taken the place of the one before; a page of another version is loaded again.
function openRun(info) {
  if (session.info !== null && session.info.version !== info.version) location.reload();
  const another = session.info?.session !== info.session || session.info.mode !== info.mode;
  session.info = info;
  scale.receive(info.um_per_px);
  series.clear();
  stored.forget();
  signals.forget();
  leaving = false;
  sayWhatToSend();
  if (another) begin();
}

/** Begin with another session: nothing that belongs to the one before stays on the screen. */
function begin() {
  picture.clear();
  evidence.close();
  markers.begin();
  limits.close();
  closeLog();
  ending.begin();
  evidence.ages = !session.reviewing;
  trend.growing = !session.reviewing;
  player.offer(session.reviewing);
  sites.measurable = !session.reviewing;
  navigation.begin();
  if (session.reviewing) openReview(evidence.look);
}

/** Tell the server what this page needs: no pictures while it is not seen, no outlines while they are switched off. */
function sayWhatToSend() {
  connection.send({ pictures: !document.hidden && enclosing.shown, overlay: picture.outlines });
}

/** Show how things stand, by the page's own clock. */
function refresh() {
  const { status, reviewing } = session;
  const decided = decide(
    status,
    session.sinceStatusMs(),
    connection.connected(),
    session.staleAfterMs,
    connection.ended,
  );
  const view = {
    pictured: picture.isCurrent(),
    looking: evidence.frame !== null || evidence.loading,
    missing: evidence.missing(),
  };
  showRunState(status, decided, session.info, view);
  if (reviewing) {
    showDensityOf(evidence.frame);
    showQualityOf(evidence.frame);
  } else {
    showDensity(status, decided);
    showQuality(status, decided, isPressed(series.lately(WATCHED_S)));
  }
  const gone = decided.state === "ended" && !connection.connected();
  evidence.reachable = !gone;
  ending.show(status, gone);
  showRecording(status, gone);
  showOutlets(status, decided.connected);
  showCorner(status, decided, session.info);
  alarms.show(session.serverNs(), decided.state, reviewing);
  previous.show(session.serverNs(), decided.state === "ended");
  enclosing.tell({ ...toldOf(status, decided), alarm: alarms.gravest });
  evidence.showAge(session.axisNowS());
  if (session.info !== null && sinceDrawn() >= (lessMotion ? REDRAW_CALM_MS : trend.pixelMs())) redraw();
}

/** Draw the trend. Its axis goes on when readings stop, so that a gap is seen growing. */
function redraw() {
  const newest = series.newest() ?? stored.extent?.[1] ?? null;
  const now = session.axisNowS();
  trend.draw(now === null ? newest : Math.max(newest ?? 0, now));
  signals.draw(trend.edges());
  navigation.showPlace();
  showReview(session.reviewing, trend.extent(), evidence.moment);
  sinceDrawn = stopwatch();
}

function zoomIn() {
  if (magnifier.large) magnifier.zoomIn();
  else navigation.zoomIn();
}

function zoomOut() {
  if (magnifier.large) magnifier.zoomOut();
  else navigation.zoomOut();
}

/** Show that another frame is in view or asked for, or none. */
function frameChanged() {
  trend.point(evidence.moment);
  markers.showMoment(session.reviewing ? null : evidence.moment);
  refresh();
  redraw();
}

/** The session has a scale now: its measures are known. */
function scaleKept({ um_per_px, measures }) {
  session.info.um_per_px = um_per_px;
  scale.receive(um_per_px);
  makeFurtherMeasures(measures);
  if (evidence.frame !== null) evidence.look(evidence.frame.seq);
}

function showLimits(inForce) {
  limits.receive(inForce);
  trend.limits = inForce;
  redraw();
}

function showMarkers(byTime) {
  trend.markers = byTime;
  redraw();
}

/** Show which windows are compared, [[from, to], [from, to]], or none (null). */
function showCompared(windows) {
  trend.windows = windows;
  if (windows) trend.reveal([windows[0][0], windows[1][1]]);
  redraw();
}

/** Measure the five sites with the live picture. */
function showLiveForSites(open) {
  if (open) navigation.toNow();
}
