"""What the page shows, kept in memory between the process that receives readings and the server that sends them.

Thread-safe: one thread brings readings and messages, the server's threads read. Knows no socket and no HTTP.
"""

import threading
import time
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from stream.machine.clock import Clock, steady_utc
from stream.protocol.bedside import AlarmsNow, Marker, MarkersNow
from stream.protocol.frames import SourceInfo
from stream.protocol.processes import PeerUp
from stream.protocol.readings import DensityReading, RunStatus
from stream.protocol.types import Message
from stream.readings.freshness import age_on_arrival_ms
from stream.readings.tallies import Tallies
from stream.readings.trend import Columns, Trend, thinned
from stream.view.live.five_sites import Sites, SitesCache
from stream.view.live.history import History
from stream.view.live.markers import ShownMarker, ShownMarkers
from stream.view.live.pictures import Pictures, ShownPicture, picture_of
from stream.view.live.points import GRADES, Point, point_of, trend_values
from stream.view.live.session_info import PreviousSession, SessionInfo
from stream.view.live.status import Received, Reported, Status, status_of
from stream.view.live.time_axis import ArrivalRate, TimeAxis
from stream.view.live.viewers import Viewers

FINE_ON_PAGE_S: Final = 300.0
"""A page that opens gets the last five minutes reading by reading, and one point per second before that."""


class Cursor(Struct, frozen=True, kw_only=True):
    """How much one page has had: the number of points, and the version of the shared state."""

    points: int = 0
    version: int = 0


class Shared(Struct, frozen=True, kw_only=True):
    """What all pages must agree on, at one moment. `version` rises with every change of it, markers included."""

    version: int
    alarms: AlarmsNow
    sites: Sites
    previous: PreviousSession | None = None


class Update(Struct, frozen=True, kw_only=True):
    """What changed for one page. `cursor` is handed back to get the next update.

    rows: in an opening the trend so far, thinned if old; else empty, and `points` are those that came since.
    """

    status: Status
    points: list[Point]
    rows: Columns
    picture: ShownPicture | None
    shared: Shared
    markers: list[ShownMarker]
    cursor: Cursor


class Feed:
    """The newest picture, the newest readings, the trend, markers and alarms.

    pictures_kept: how many pictures may be looked back at. site_s: good signal that each of the five sites needs.
    """

    def __init__(
        self,
        info: SessionInfo,
        clock: Clock | None = None,
        *,
        pictures_kept: int = 0,
        site_s: float = 20.0,
    ) -> None:
        self.info = info
        self.trend = Trend()
        self.pictures = Pictures(pictures_kept)
        self.viewers = Viewers()
        self.tallies = Tallies()
        self._lock = threading.Lock()
        self._clock = clock or steady_utc()
        self._history = History()
        self._axis = TimeAxis(media_time=info.media_time)
        self._rate = ArrivalRate()
        self._received = Received(since_ns=self._clock())
        self._reported = Reported()
        self._picture: ShownPicture | None = None
        self._markers = ShownMarkers(self.trend, media_time=info.media_time)
        self._sites = SitesCache(self.trend, site_s)
        self._shared = Shared(version=0, alarms=AlarmsNow(), sites=self._sites.sites(self._markers))

    def receive(self, message: Message) -> None:
        """Take what the sink, capture or the supervisor sends. Messages about anything else change nothing."""
        match message:
            case DensityReading():
                self._take_reading(message)
            case RunStatus():
                self._take_run_status(message)
            case SourceInfo():
                self._take_source(message)
            case PeerUp(peer=peer) if peer.role == "worker":
                self._take_transfer(peer.transfer)
            case AlarmsNow():
                self._take_alarms(message)
            case MarkersNow(markers=markers):
                self._take_markers(markers)
            case Marker():
                self._take_markers([message])
            case _:
                pass

    def load(self, rows: Columns) -> None:
        """Take readings from before those that are here, as `stream.readings.trend.DTYPE`."""
        with self._lock:
            self.trend.load(rows)
            self._sites.forget()
        self.viewers.wake_all()

    def set_finished(self, run_status: RunStatus, model_id: str, transfer: str) -> None:
        """Take the counts and the model of a finished session, and what that model's analyser said of its transfer."""
        with self._lock:
            self._reported = replace(self._reported, run_status=run_status)
            self._received = replace(self._received, model_id=model_id, transfer=transfer)

    def name_previous(self, previous: PreviousSession | None) -> None:
        """Let every page name the session before this one, or, if a page has dismissed that, none."""
        with self._lock:
            self._share(previous=previous)
        self.viewers.wake_all()

    def set_kept(self) -> None:
        """Note that a finished session is to stay on disk."""
        with self._lock:
            finished = self._reported.run_status
            self._reported = replace(self._reported, run_status=finished and replace(finished, kept=True))
        self.viewers.wake_all()

    def say_over(self) -> None:
        """Tell every open page that the run is over."""
        with self._lock:
            self._reported = replace(self._reported, over=True)
        self.viewers.wake_all()

    def end(self, timeout_s: float) -> None:
        """Tell every open page that the run is over, and wait until all have left, `timeout_s` at most."""
        self.say_over()
        self.viewers.wait_until_gone(timeout_s)

    @property
    def over(self) -> bool:
        """Return whether the run is over, and with it this page."""
        return self._reported.over

    def status(self) -> Status:
        """Return what the page says now."""
        with self._lock:
            return self._status()

    def opening(self, *, points: bool = True) -> Update:
        """Return all that a page needs when it opens or reconnects: the whole trend, thinned if it is old.

        points: False leaves the trend out.
        """
        with self._lock:
            update = self._update([], Cursor())
        if self.info.mode == "review" or not points:  # its page asks for the part that it shows
            return update
        rows = self.trend.rows()
        edge = np.searchsorted(rows["x"], rows["x"][-1] - FINE_ON_PAGE_S) if len(rows) else 0
        return replace(update, rows=np.concatenate([thinned(rows[:edge], 1.0), rows[edge:]]))

    def since(self, cursor: Cursor) -> Update:
        """Return what came since an earlier update."""
        with self._lock:
            return self._update(self._history.added_since(cursor.points), cursor)

    def markers(self) -> list[ShownMarker]:
        """Return all markers, in order of time."""
        with self._lock:
            return self._markers.all()

    def shared(self) -> Shared:
        """Return what all pages must agree on, as it is now."""
        with self._lock:
            return self._shared_now()

    def newest_picture(self) -> ShownPicture | None:
        """Return the picture of now; None if there is none."""
        with self._lock:
            return self._current_picture()

    def readings(self, since_s: float) -> list[Point]:
        """Return the readings that arrived in the last `since_s` seconds, oldest first."""
        with self._lock:
            return self._history.arrived_after(self._clock() - int(since_s * 1e9))

    def _take_reading(self, reading: DensityReading) -> None:
        """Take one reading. A reading that is older than the newest one is counted and otherwise ignored."""
        with self._lock:
            self._received = self._received.counting(failed=reading.status == "failed")
            self.tallies.take(reading)
            newest = self._received.newest
            if newest is not None and reading.seq <= newest.seq:
                return
            now_ns = self._clock()
            self._rate.add(now_ns)
            last_s = (self.trend.extent() or (None, None))[1]
            point = point_of(reading, self._axis.position(reading, last_s), now_ns)
            self._history.add(point)
            self.trend.add(point.seq, point.x_s, point.t_capture_ns, GRADES[point.grade], trend_values(point))
            delay = age_on_arrival_ms(reading, time.monotonic_ns(), now_ns)
            self._received = self._received.after(point, delay, reading.model_id)
            if reading.picture is not None:
                self._picture = picture_of(reading, point)
                self.pictures.add(self._picture)
        self.viewers.wake_all()

    def _take_transfer(self, transfer: str) -> None:
        with self._lock:
            self._received = replace(self._received, transfer=transfer)
        self.viewers.wake_all()

    def _take_alarms(self, alarms: AlarmsNow) -> None:
        with self._lock:
            self._share(alarms=alarms)
        self.viewers.wake_all()

    def _take_markers(self, markers: Iterable[Marker]) -> None:
        with self._lock:
            self._markers.take(markers, self._shared.version + 1)
            self._shared = replace(self._shared, version=max(self._shared.version, self._markers.changed))
        self.viewers.wake_all()

    def _take_source(self, source: SourceInfo) -> None:
        with self._lock:
            self.info = replace(
                self.info,
                source=source.source,
                width=source.width,
                height=source.height,
                um_per_px=source.um_per_px,
            )
            self._shared = replace(self._shared, version=self._shared.version + 1)
        self.viewers.wake_all()

    def set_scale(self, um_per_px: float) -> None:
        """Take the width of a pixel, µm, that was given in a review."""
        with self._lock:
            self.info = replace(self.info, um_per_px=um_per_px)

    def _take_run_status(self, run_status: RunStatus) -> None:
        with self._lock:
            self._reported = replace(self._reported, run_status=run_status, at_ns=self._clock())
        self.viewers.wake_all()

    def _update(self, points: list[Point], cursor: Cursor) -> Update:
        """Return the update with these points. The caller holds the lock, as for all below."""
        shared = self._shared_now()
        return Update(
            status=self._status(),
            points=points,
            rows=self.trend.rows()[:0],
            picture=self._current_picture(),
            shared=shared,
            markers=self._markers.since(cursor.version),
            cursor=Cursor(points=self._history.total, version=shared.version),
        )

    def _shared_now(self) -> Shared:
        """Return the shared state, with the sites brought up to date: they follow the readings."""
        self._share(sites=self._sites.sites(self._markers))
        return self._shared

    def _share(self, **changes: Any) -> None:
        """Take these fields of the shared state; if they differ from those that are known, in a new version."""
        if any(getattr(self._shared, name) != value for name, value in changes.items()):
            self._shared = replace(self._shared, **changes, version=self._shared.version + 1)

    def _status(self) -> Status:
        now_ns = self._clock()
        return status_of(
            self.info,
            self._received,
            self._reported,
            frames_per_s=self._rate.per_s(now_ns),
            viewers=self.viewers.count,
            now_ns=now_ns,
        )

    def _current_picture(self) -> ShownPicture | None:
        """Return the picture, unless readings have gone on without one: then it shows an earlier time.

        Readings carry pictures only while a page wants them.
        """
        if self._picture is None or self._received.newest is None:
            return None
        behind_s = (self._received.newest.arrived_ns - self._picture.arrived_ns) / 1e9
        return self._picture if behind_s <= self.info.stale_after_s else None
