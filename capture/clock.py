"""Time as the capture process sees it: monotonic for order and age, UTC for the record. Tests put another clock in."""

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaptureTime:
    """When a frame was grabbed, on both clocks, in nanoseconds."""

    monotonic_ns: int
    utc_ns: int


class CaptureClock:
    """The machine's clocks."""

    def now(self) -> CaptureTime:
        """Return the time on both clocks."""
        return CaptureTime(time.monotonic_ns(), time.time_ns())

    def monotonic_s(self) -> float:
        """Return seconds on the clock that never jumps."""
        return time.monotonic()
