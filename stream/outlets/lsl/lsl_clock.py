"""The clock of Lab Streaming Layer, by which all its streams are stamped, and the clocks of this program."""

import time
from collections.abc import Callable
from typing import Final

from stream.protocol.readings import DensityReading

_TRIES: Final = 7


class LslClock:
    """Moments of this program in seconds of `local_clock()`, the steady clock of the machine.

    Captures have a time of the monotonic clock. Markers and alarms have UTC; the newest reading says how far that is
    ahead of the monotonic clock in this session, so that a marker of a frame has the frame's own time.
    """

    def __init__(self, local_clock: Callable[[], float]) -> None:
        """Compare the clocks once; they do not drift apart. local_clock: pylsl's, s."""
        self._ahead_s = _ahead_s(local_clock)
        self._utc_ahead_ns = time.time_ns() - time.monotonic_ns()

    def follow(self, reading: DensityReading) -> None:
        """Learn from a reading how far UTC is ahead of the monotonic clock."""
        self._utc_ahead_ns = reading.t_capture_ns - reading.t_grab_monotonic_ns

    def of_monotonic(self, monotonic_ns: int) -> float:
        """Return a moment of the monotonic clock, in s of LSL's clock."""
        return monotonic_ns / 1e9 + self._ahead_s

    def of_utc(self, utc_ns: int) -> float:
        """Return a moment in ns since 1970 UTC, in s of LSL's clock."""
        return self.of_monotonic(utc_ns - self._utc_ahead_ns)

    def utc_of(self, lsl_s: float) -> int:
        """Return a moment of LSL's clock in ns since 1970 UTC."""
        return round((lsl_s - self._ahead_s) * 1e9) + self._utc_ahead_ns


def _ahead_s(local_clock: Callable[[], float]) -> float:
    """Return how far LSL's clock is ahead of the monotonic one, s, from the quickest of several comparisons."""
    compared = []
    for _ in range(_TRIES):
        before_ns, lsl_s, after_ns = time.monotonic_ns(), local_clock(), time.monotonic_ns()
        compared.append((after_ns - before_ns, lsl_s - (before_ns + after_ns) / 2e9))
    return min(compared)[1]
