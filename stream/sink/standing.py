"""How the run stands: counts, rate, the newest value that may be shown as current, and the state in one word. Pure."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from stream.messages import DensityReading, Mode, Progress, State

_RATE_WINDOW_S: Final = 3.0


@dataclass(slots=True)
class Standing:
    """Updated with every reading; `progress` is what the world is told."""

    session: str
    mode: Mode
    stale_after_s: float
    source: str = ""
    frames_expected: int | None = None
    published: int = 0
    failed: int = 0
    dropped: int = 0
    late: int = 0
    refused: int = 0
    workers: int = 0
    ended: bool = False
    _last: DensityReading | None = None
    _last_s: float = float("-inf")
    _arrivals: deque[float] = field(default_factory=deque)

    def take(self, reading: DensityReading, now_s: float) -> None:
        """A reading was published."""
        if reading.status == "ok":
            self.published += 1
        else:
            self.failed += 1
        self._last, self._last_s = reading, now_s
        self._arrivals.append(now_s)

    def state(self, now_s: float) -> State:
        """One word for it. Nothing is called good that is older than `stale_after_s`."""
        if self.ended:
            return "ended"
        if not self.source:
            return "no camera"
        if self.workers == 0:
            return "no analysis"
        if now_s - self._last_s > self.stale_after_s:
            return "stale"
        return "good" if self._last is not None and self._last.quality == "good" else "poor signal"

    def progress(self, now_s: float, now_ns: int) -> Progress:
        """The message for supervisor, view and subscribers. A value appears only while it is good and current."""
        while self._arrivals and now_s - self._arrivals[0] > _RATE_WINDOW_S:
            self._arrivals.popleft()
        state, last = self.state(now_s), self._last
        return Progress(
            session=self.session,
            source=self.source,
            mode=self.mode,
            state=state,
            published=self.published,
            failed=self.failed,
            dropped=self.dropped,
            late=self.late,
            refused=self.refused,
            frames_expected=self.frames_expected,
            frames_per_s=round(len(self._arrivals) / _RATE_WINDOW_S, 1),
            density_pct=last.density_pct if state == "good" and last is not None else None,
            quality=None if last is None else last.quality,
            quality_reasons=() if last is None else last.quality_reasons,
            age_ms=None if last is None else last.latency_ms + (now_s - self._last_s) * 1000,
            t_published_ns=now_ns,
        )
