"""A run as an outlet sees it: the newest messages, as what Prometheus reads. Pure: the moments are handed in."""

from msgspec import UNSET

from stream.outlets.outlet import Published
from stream.outlets.prometheus.exposition import Exposition, RunNow
from stream.protocol.bedside import AlarmEvent
from stream.protocol.readings import DensityReading, RunStatus
from stream.readings.freshness import outdated
from stream.readings.tallies import Tallies
from stream.version import VERSION

SILENT_S = 2.0
"""A status comes four times per second. If none came for so long, nothing is known of the run."""


class RunWatch:
    """Filled by one thread, and read by others: each field is replaced as a whole."""

    def __init__(self) -> None:
        self._tallies = Tallies()
        self._alarms: dict[int, AlarmEvent] = {}
        self._reading: DensityReading | None = None
        self._status = RunStatus(session="", source="", mode="live", state="stale")
        self._told_s = float("-inf")

    def take(self, message: Published, now_s: float) -> None:
        """Take a message; now_s: of a clock that is never set back."""
        match message:
            case DensityReading():
                self._reading = message
                self._tallies.take(message)
            case RunStatus():
                self._status, self._told_s = message, now_s
            case AlarmEvent(id=int(number)):
                others = {known: event for known, event in self._alarms.items() if known != number}
                self._alarms = others if message.state is None else others | {number: message}
            case _:
                pass

    def exposition(self, now_s: float) -> Exposition:
        """Return all metrics of the run at this moment."""
        silent = now_s - self._told_s > SILENT_S
        status, reading = outdated(self._status) if silent else self._status, self._reading
        current = reading if status.density_pct is not None else None
        now = RunNow(
            source=status.source,
            mode=status.mode,
            state=status.state,
            version=VERSION,
            model_id=reading.model_id if reading else "",
            published=status.published,
            failed=status.failed,
            dropped=status.dropped,
            late=status.late,
            refused=status.refused,
            frames_per_s=0.0 if silent else status.frames_per_s,
            age_ms=None if status.age_ms is None else status.age_ms + (now_s - self._told_s) * 1e3,
            latency_ms=reading.latency_ms if reading else None,
            density_pct=status.density_pct,
            capillary_count=current.capillary_count if current else None,
            measures=current.measures if current else UNSET,
            outlets=status.outlets,
            workings=status.workings,
        )
        return Exposition(now, self._tallies, tuple(self._alarms.values()))
