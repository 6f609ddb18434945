"""The status of the run: counts, rate, the newest value that may be shown as current, and the state. Pure."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from stream.config.sections import CaptureConfig
from stream.console.text import counted
from stream.protocol.outlets import OutletState
from stream.protocol.readings import DensityReading, RecordingStatus, RunStatus, Workings
from stream.protocol.types import Mode, RunState
from stream.readings.freshness import Freshness, age_on_arrival_ms

_RATE_WINDOW_S: Final = 3.0


@dataclass(slots=True)
class RunStatusTracker:
    """Tracker of a run: takes every reading and event, gives the `RunStatus` of a moment.

    stale_after_s: how long a reading is current. trouble: of the source, in words. lost: the source gives no frames.
    workers: how many can analyse. ended: the run is over. kept: the session stays on disk after its end.
    device_lost: frames that the source lost before they came here. not_stored: readings that a full disk did not take.
    um_per_px: width of a pixel, µm; None if it is not known. recording: of the pictures; None if they are not recorded.
    outlets: how the configured ones stand. workings: what goes on inside.
    """

    session: str
    mode: Mode
    stale_after_s: float
    source: str = ""
    frames_expected: int | None = None
    published: int = 0
    failed: int = 0
    dropped: int = 0
    late: int = 0
    device_lost: int = 0
    refused: int = 0
    workers: int = 0
    ended: bool = False
    kept: bool = True
    lost: bool = False
    trouble: str = ""
    not_stored: int = 0
    disk_full: bool = False
    clock_step_s: float = 0.0
    um_per_px: float | None = None
    recording: RecordingStatus | None = None
    outlets: tuple[OutletState, ...] = ()
    workings: Workings = field(default_factory=Workings)
    _unscaled: str = ""  # why a scale that was given is not used
    _last: DensityReading | None = None
    _freshness: Freshness | None = None  # of `_last`
    _arrivals: deque[float] = field(default_factory=deque)

    def take_counts(self, counts: Mapping[str, int]) -> None:
        """Take what a session has counted so far, see `Store.counts`."""
        self.published, self.failed = counts["published"], counts["failed"]
        self.dropped, self.late, self.device_lost = counts["dropped"], counts["late"], counts["device_lost"]

    def take(self, reading: DensityReading, now_s: float) -> None:
        """Take a reading that is being published now."""
        if reading.status == "ok":
            self.published += 1
        else:
            self.failed += 1
        self.device_lost += reading.lost_before
        now_ns, recorded = _ns(now_s), self.mode == "replay"
        self._last, self._freshness = reading, Freshness(age_on_arrival_ms(reading, now_ns), now_ns, recorded)
        self._arrivals.append(now_s)

    def take_scale(self, capture: CaptureConfig, width_px: int, um_per_px: float | None) -> None:
        """Take the scale that is used for the source's frames, which are `width_px` wide; None: it is not known."""
        self.um_per_px = um_per_px
        measured = capture.um_per_px is not None and self.um_per_px is None
        self._unscaled = (
            f"The scale was measured in frames {capture.scale_width_px} px wide, and these are {width_px} px wide: "
            "nothing is given per mm². Measure the scale in frames of this size."
            if measured
            else ""
        )

    def state(self, now_s: float) -> RunState:
        """Return the state in one word. Nothing is called good that is older than `stale_after_s`."""
        if self.ended:
            return "ended"
        if not self.source or self.lost:
            return "no camera"
        if self.workers == 0:
            return "no analysis"
        fresh = self._freshness is not None and self._freshness.is_current(_ns(now_s), self.stale_after_s)
        if self._last is None or not fresh:
            return "stale"
        return "good" if self._last.quality == "good" else "poor signal"

    def status(self, now_s: float, now_ns: int) -> RunStatus:
        """Return the message for supervisor and outlets. It has a value only while there is a good and current one."""
        while self._arrivals and now_s - self._arrivals[0] > _RATE_WINDOW_S:
            self._arrivals.popleft()
        state, last = self.state(now_s), self._last
        return RunStatus(
            session=self.session,
            source=self.source,
            mode=self.mode,
            state=state,
            published=self.published,
            failed=self.failed,
            dropped=self.dropped,
            late=self.late,
            lost=self.device_lost,
            refused=self.refused,
            frames_expected=self.frames_expected,
            frames_per_s=round(len(self._arrivals) / _RATE_WINDOW_S, 1),
            density_pct=last.density_pct if state == "good" and last is not None else None,
            quality=None if last is None else last.quality,
            quality_reasons=() if last is None else last.quality_reasons,
            age_ms=None if self._freshness is None else self._freshness.age_ms(_ns(now_s)),
            t_published_ns=now_ns,
            notices=self.notices(),
            kept=self.kept,
            not_stored=self.not_stored,
            recording=self.recording,
            outlets=self.outlets,
            workings=self.workings,
        )

    def notices(self) -> tuple[str, ...]:
        """Return what else people should know, the gravest first."""
        found = []
        if self.disk_full and self.mode == "replay":
            found.append("The disk is full: the replay waits, and goes on when there is room.")
        elif self.disk_full:
            found.append("The disk is full: readings are shown, but not kept until there is room.")
        if self.not_stored:
            found.append(f"{counted(self.not_stored, 'reading')} could not be kept: the disk was full.")
        if self.recording is not None and self.recording.stopped:
            found.append(f"Pictures are no longer recorded: {self.recording.stopped.rstrip('.')}.")
        if self.recording is not None and self.recording.not_recorded:
            found.append(f"Recording: {counted(self.recording.not_recorded, 'frame')} not recorded.")
        if self.trouble:
            found.append(f"{self.trouble[:1].upper()}{self.trouble[1:]}".rstrip(".") + ".")
        if self.device_lost:
            found.append(f"The source lost {counted(self.device_lost, 'frame')} before they came here.")
        if self._unscaled:
            found.append(self._unscaled)
        if self.clock_step_s:
            found.append(
                f"The computer's clock jumped by {self.clock_step_s:+.1f} s; the trend goes on by its own time."
            )
        return tuple(found)


def _ns(seconds: float) -> int:
    return round(seconds * 1e9)
