"""Time, as the capture process sees it: monotonic for order and age, UTC for the record. Injectable."""

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant on both clocks, in nanoseconds."""

    monotonic_ns: int
    utc_ns: int


class Clock:
    """The machine's clocks."""

    def now(self) -> Moment:
        """This instant."""
        return Moment(time.monotonic_ns(), time.time_ns())

    def monotonic_s(self) -> float:
        """Seconds on the clock that never jumps."""
        return time.monotonic()
