"""How old a value is, and whether it may be shown as current: the same rule for sink, supervisor, page and subscriber.

A value's age is its age when it arrived and the time since then, by a clock of the process that has it. That clock must
be one that is never set back (a monotonic one): so a value only ever gets older, whatever happens to the wall clock.
Pure: the moments are handed in.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from stream.protocol.readings import DensityReading, RunStatus


@dataclass(frozen=True, slots=True)
class Freshness:
    """The age of one value, for the process that has it.

    on_arrival_ms: its age when it arrived here. arrived_ns: when that was, on a clock of this process, never set back.
    recorded: it is of a recording, whose frames wait for their workers without getting old.
    """

    on_arrival_ms: float
    arrived_ns: int
    recorded: bool = False

    def age_ms(self, now_ns: int) -> float:
        """Return the time since the capture."""
        return max(self.on_arrival_ms, 0.0) + self._since_arrival_ms(now_ns)

    def behind_ms(self, now_ns: int) -> float:
        """Return how far the value lies in the past: its age, or of a recording the time since it arrived."""
        return self._since_arrival_ms(now_ns) if self.recorded else self.age_ms(now_ns)

    def left_s(self, now_ns: int, limit_s: float) -> float:
        """Return how long the value stays current, if it is for `limit_s`; below 0: it is no longer."""
        return limit_s - self.behind_ms(now_ns) / 1e3

    def is_current(self, now_ns: int, limit_s: float) -> bool:
        """Decide whether the value may still be shown as that of now."""
        return self.behind_ms(now_ns) <= limit_s * 1e3

    def _since_arrival_ms(self, now_ns: int) -> float:
        return max(now_ns - self.arrived_ns, 0) / 1e6


def age_on_arrival_ms(reading: DensityReading, monotonic_ns: int, utc_ns: int | None = None) -> float:
    """Return the time from a frame's capture to its reading's arrival at these moments; never below its own latency.

    The machine's monotonic clock decides if the reading has its capture on it, because that clock cannot be set. Else
    UTC does, if it is given.
    """
    if reading.t_grab_monotonic_ns:
        return max(reading.latency_ms, (monotonic_ns - reading.t_grab_monotonic_ns) / 1e6)
    if utc_ns is not None:
        return max(reading.latency_ms, (utc_ns - reading.t_capture_ns) / 1e6)
    return reading.latency_ms


def freshness_of(status: RunStatus, utc_ns: int, arrived_ns: int) -> Freshness:
    """Return the freshness of a status that is taken up now, at `arrived_ns` of the receiver's own clock.

    It may have lain in a queue since it was published, while this process or the whole program stood still. utc_ns:
    now, by the clock that stamped it. If that was set back meanwhile, the age that the status brings counts alone.
    """
    lain_ms = max((utc_ns - status.t_published_ns) / 1e6, 0.0)
    valued = status.density_pct is not None and status.mode != "replay"
    return Freshness(lain_ms + ((status.age_ms or 0.0) if valued else 0.0), arrived_ns)


def later(status: RunStatus, later_ns: int) -> RunStatus:
    """Return a status as it is sent so much later than it was made: its value is older by that."""
    age_ms = None if status.age_ms is None else status.age_ms + later_ns / 1e6
    return replace(status, age_ms=age_ms, t_published_ns=status.t_published_ns + later_ns)


def outdated(status: RunStatus) -> RunStatus:
    """Return what is shown of a status that is no longer current. How a run has ended stays true."""
    return status if status.state == "ended" else replace(status, state="stale", density_pct=None)
