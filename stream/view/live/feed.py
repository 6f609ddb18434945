"""What the page shows, kept in memory between the process that receives readings and the server that sends them.

Thread-safe: one thread calls `accept` and `progress`, the server's thread reads. Knows no socket and no HTTP.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from stream.machine.clock import Clock, steady_utc
from stream.protocol.bedside import AlarmsNow, Marker
from stream.protocol.frames import SourceInfo
from stream.protocol.readings import DensityReading, Progress, RegionOutline
from stream.readings.trend import Columns, Trend, thinned
from stream.view.live.five_sites import Sites, sites_of
from stream.view.live.history import GRADES, Grade, History, Point
from stream.view.live.markers import ShownMarker, ShownMarkers
from stream.view.live.pictures import Pictures
from stream.view.live.session_info import SessionInfo
from stream.view.live.status import Newest, Status, status_of

RATE_OVER_S: Final = 5.0
"""The frame rate is that of the last five seconds, so that it falls to 0 when frames stop."""
FINE_ON_PAGE_S: Final = 300.0
"""A page that opens gets the last five minutes reading by reading, and one a second before that."""

Wake = Callable[[], None]


class Picture(Struct, frozen=True, kw_only=True):
    """A picture with the outlines that belong to it. `arrived_ns` is on the view's steady clock."""

    seq: int
    t_capture_ns: int
    x_s: float
    arrived_ns: int
    grade: Grade
    jpeg: bytes
    regions: tuple[RegionOutline, ...]


class Cursor(Struct, frozen=True, kw_only=True):
    """What one viewer has had: so many points, and so many changes of markers."""

    points: int = 0
    markers: int = 0


class Update(Struct, frozen=True, kw_only=True):
    """What changed for one viewer. `cursor` is handed back to get the next one.

    rows: in an opening the trend so far, thinned where old; else `points` are those that came since.
    """

    status: Status
    points: list[Point]
    rows: Columns
    picture: Picture | None
    alarms: AlarmsNow
    markers: list[ShownMarker]
    sites: Sites
    cursor: Cursor


class Wishes(Struct, frozen=True, kw_only=True):
    """What a page wants to be sent; it says so itself."""

    pictures: bool = True
    overlay: bool = True


class Feed:
    """The newest picture, the newest readings, the trend, markers and alarms.

    pictures_kept: how many pictures may be looked back at. site_s: good signal that each of the five sites needs.
    """

    def __init__(
        self,
        info: SessionInfo,
        clock: Clock | None = None,
        history: History | None = None,
        *,
        pictures_kept: int = 0,
        site_s: float = 20.0,
    ) -> None:
        self.info = info
        self.trend = Trend()
        self.pictures: Pictures[Picture] = Pictures(pictures_kept)
        self._markers = ShownMarkers(self.trend, media_time=info.media_time)
        self._alarms = AlarmsNow()
        self._site_s = site_s
        self._clock = clock or steady_utc()
        self._history = history or History()
        self._lock = threading.Condition(threading.Lock())
        self._over = False
        self._newest = Newest(started_ns=self._clock())
        self._progress: Progress | None = None
        self._reported_ns = 0
        self._picture: Picture | None = None
        self._model_id = ""
        self._readings = 0
        self._failed = 0
        self._arrivals: deque[int] = deque(maxlen=2000)
        self._axis_offset_s = 0.0
        self._wakes: dict[int, Wake] = {}
        self._wishes: dict[int, Wishes] = {}
        self._next_viewer = 0
        self._sites_known: tuple[tuple[int, int], Sites] | None = None

    def accept(self, reading: DensityReading) -> None:
        """Take one reading. A reading older than the newest one is counted and otherwise ignored."""
        with self._lock:
            self._readings += 1
            self._failed += reading.status == "failed"
            if self._newest.any is not None and reading.seq <= self._newest.any.seq:
                return
            now_ns = self._clock()
            self._arrivals.append(now_ns)
            self._model_id = reading.model_id
            point = self._point(reading, now_ns)
            self._history.add(point)
            self.trend.add(point.seq, point.x_s, point.t_capture_ns, GRADES[point.grade], _values(point))
            self._newest = _newer(self._newest, point, _delay_ms(reading, now_ns, time.monotonic_ns()))
            if reading.picture is not None:
                self._picture = _picture(reading, point)
                self.pictures.add(self._picture)
        self._wake()

    def alarms(self, alarms: AlarmsNow) -> None:
        """Take how all alarms stand."""
        with self._lock:
            self._alarms = alarms
        self._wake()

    def markers(self, markers: Iterable[Marker]) -> None:
        """Take markers that were set, edited or removed."""
        with self._lock:
            self._markers.take(markers)
        self._wake()

    def source(self, source: SourceInfo) -> None:
        """Take what the capture process says about the source: its name and the size of its frames."""
        with self._lock:
            self.info = replace(self.info, source=source.source, width=source.width, height=source.height)
        self._wake()

    def progress(self, progress: Progress) -> None:
        """Take what the sink says about the run."""
        with self._lock:
            self._progress, self._reported_ns = progress, self._clock()
        self._wake()

    def finished(self, progress: Progress, model_id: str) -> None:
        """Take what a finished session says of itself."""
        with self._lock:
            self._progress, self._model_id = progress, model_id

    def end(self, within_s: float) -> None:
        """The run is over: every open page is told, and has left when this returns; for so long at most."""
        with self._lock:
            self._over = True
            wakes = list(self._wakes.values())
        for wake in wakes:
            wake()
        with self._lock:
            self._lock.wait_for(lambda: not self._wakes, within_s)

    @property
    def over(self) -> bool:
        """Whether the run is over, and with it this page."""
        return self._over

    def viewers(self) -> int:
        """How many pages are open."""
        return len(self._wakes)

    def lookers(self) -> int:
        """How many pages want pictures."""
        return sum(wishes.pictures for wishes in list(self._wishes.values()))

    def wish(self, viewer: int, wishes: Wishes) -> None:
        """A page says what it wants to be sent."""
        with self._lock:
            if viewer in self._wakes:
                self._wishes[viewer] = wishes

    def wishes(self, viewer: int) -> Wishes:
        """What a page wants to be sent."""
        return self._wishes.get(viewer, Wishes())

    def join(self, wake: Wake) -> int:
        """A page opened. `wake` is called from the accepting thread after every change, and must not block."""
        with self._lock:
            self._next_viewer += 1
            self._wakes[self._next_viewer] = wake
            self._wishes[self._next_viewer] = Wishes()
            return self._next_viewer

    def leave(self, viewer: int) -> None:
        """A page closed. May be called twice."""
        with self._lock:
            self._wakes.pop(viewer, None)
            self._wishes.pop(viewer, None)
            self._lock.notify_all()

    def status(self) -> Status:
        """What the page says now."""
        with self._lock:
            return self._status(self._clock())

    def opening(self) -> Update:
        """All that a page needs when it opens or reconnects: the whole trend, thinned where it is old."""
        with self._lock:
            update = self._update([], Cursor())
        if self.info.mode == "review":  # its page asks for the part that it shows
            return update
        rows = self.trend.rows()
        edge = np.searchsorted(rows["x"], rows["x"][-1] - FINE_ON_PAGE_S) if len(rows) else 0
        return replace(update, rows=np.concatenate([thinned(rows[:edge], 1.0), rows[edge:]]))

    def since(self, cursor: Cursor) -> Update:
        """What came since an earlier update."""
        with self._lock:
            return self._update(self._history.added_since(cursor.points), cursor)

    def marked(self) -> list[ShownMarker]:
        """All markers, in order of time."""
        with self._lock:
            return self._markers.all()

    def alarms_now(self) -> AlarmsNow:
        """How all alarms stand."""
        with self._lock:
            return self._alarms

    def sites(self) -> Sites:
        """How the measurement of five sites stands."""
        return sites_of(self.marked(), self.trend, self._site_s)

    def newest_picture(self) -> Picture | None:
        """The picture of now, where there is one."""
        with self._lock:
            return self._current_picture()

    def readings(self, since_s: float) -> list[Point]:
        """The readings that arrived in the last `since_s` seconds, oldest first."""
        with self._lock:
            return self._history.arrived_after(self._clock() - int(since_s * 1e9))

    def now_ns(self) -> int:
        """UTC now on the view's steady clock, ns."""
        return self._clock()

    def _update(self, points: list[Point], cursor: Cursor) -> Update:
        return Update(
            status=self._status(self._clock()),
            points=points,
            rows=self.trend.rows()[:0],
            picture=self._current_picture(),
            alarms=self._alarms,
            markers=self._markers.since(cursor.markers),
            sites=self._sites(),
            cursor=Cursor(points=self._history.total, markers=self._markers.changes),
        )

    def _sites(self) -> Sites:
        """Computed anew when a marker changed, and once for ten readings while a site is measured."""
        version = self._markers.changes, len(self.trend) // 10
        if self._sites_known is None or (
            version != self._sites_known[0]
            and (self._sites_known[1].measuring or version[0] != self._sites_known[0][0])
        ):
            self._sites_known = version, sites_of(self._markers.all(), self.trend, self._site_s)
        return self._sites_known[1]

    def _current_picture(self) -> Picture | None:
        """The picture, unless readings have gone on without one: nobody was looking, and it shows an earlier moment."""
        if self._picture is None or self._newest.any is None:
            return None
        behind_s = (self._newest.any.arrived_ns - self._picture.arrived_ns) / 1e9
        return self._picture if behind_s <= self.info.stale_after_s else None

    def _status(self, now_ns: int) -> Status:
        return status_of(
            self.info,
            self._newest,
            self._progress,
            reported_ns=self._reported_ns,
            readings=self._readings,
            failed=self._failed,
            frames_per_s=self._rate(now_ns),
            viewers=len(self._wakes),
            model_id=self._model_id,
            over=self._over,
            now_ns=now_ns,
        )

    def _rate(self, now_ns: int) -> float:
        """Readings a second over the last seconds; over what there is at the start."""
        since = now_ns - int(RATE_OVER_S * 1e9)
        recent = [t for t in self._arrivals if t > since]
        if len(recent) < 2:
            return len(recent) / RATE_OVER_S
        young = len(recent) == len(self._arrivals) < (self._arrivals.maxlen or 0)
        span_s = (now_ns - recent[0]) / 1e9 if young else RATE_OVER_S
        return len(recent) / max(span_s, 0.5)

    def _point(self, reading: DensityReading, now_ns: int) -> Point:
        return Point(
            seq=reading.seq,
            frame=reading.frame,
            time_s=reading.time_s,
            t_capture_ns=reading.t_capture_ns,
            x_s=self._axis(reading),
            arrived_ns=now_ns,
            grade=_grade(reading),
            reasons=reading.quality_reasons or ((reading.error,) if reading.error else ()),
            density_pct=reading.density_pct,
            density_low_pct=reading.density_low_pct,
            density_high_pct=reading.density_high_pct,
            capillary_count=reading.capillary_count,
            latency_ms=reading.latency_ms,
            drops_total=reading.drops_total,
        )

    def _axis(self, reading: DensityReading) -> float:
        """The reading's place on the time axis; a clock set back or the next file of a replay goes on from the last."""
        own = reading.time_s if self.info.media_time else reading.t_capture_ns / 1e9
        last = (self.trend.extent() or (None, None))[1]
        if last is not None and own + self._axis_offset_s < last:
            self._axis_offset_s = last - own
        return own + self._axis_offset_s

    def _wake(self) -> None:
        with self._lock:
            wakes = list(self._wakes.values())
        for wake in wakes:
            wake()


def _grade(reading: DensityReading) -> Grade:
    """A reading without a value or a verdict counts as failed, whatever else it says."""
    if reading.status == "failed" or reading.quality is None or reading.density_pct is None:
        return "failed"
    return reading.quality


def _values(point: Point) -> tuple[float, float, float] | None:
    if point.grade != "good" or point.density_pct is None:
        return None
    density, low, high = point.density_pct, point.density_low_pct, point.density_high_pct
    return density, density if low is None else low, density if high is None else high


def _delay_ms(reading: DensityReading, now_ns: int, monotonic_ns: int) -> float:
    """Grab to arrival, by the clock that nobody can set where the reading tells it."""
    if reading.t_grab_monotonic_ns:
        return max(reading.latency_ms, (monotonic_ns - reading.t_grab_monotonic_ns) / 1e6)
    return max(reading.latency_ms, (now_ns - reading.t_capture_ns) / 1e6)


def _newer(newest: Newest, point: Point, delay_ms: float) -> Newest:
    good = point.grade == "good"
    return replace(
        newest,
        any=point,
        analysed=newest.analysed if point.grade == "failed" else point,
        good=point if good else newest.good,
        delay_ms=delay_ms,
        good_delay_ms=delay_ms if good else newest.good_delay_ms,
    )


def _picture(reading: DensityReading, point: Point) -> Picture:
    return Picture(
        seq=reading.seq,
        t_capture_ns=reading.t_capture_ns,
        x_s=point.x_s,
        arrived_ns=point.arrived_ns,
        grade=point.grade,
        jpeg=reading.picture or b"",
        regions=reading.regions or (),
    )
