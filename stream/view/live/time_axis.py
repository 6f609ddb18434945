"""Time on the page: a reading's position on the trend's axis, and the rate of readings. Pure; no clock."""

from collections import deque
from typing import Final

from stream.protocol.readings import DensityReading

RATE_OVER_S: Final = 5.0
"""The frame rate is that of the last five seconds, so that it falls to 0 when frames stop."""
_LEAST_SPAN_S: Final = 0.5
_ARRIVALS_KEPT: Final = 2000


class TimeAxis:
    """The trend's axis in seconds, on which no reading lies before an earlier one.

    media_time: the axis is the time within the recording; else it is UTC.
    """

    def __init__(self, *, media_time: bool) -> None:
        self._media_time = media_time
        self._offset_s = 0.0

    def position(self, reading: DensityReading, last_s: float | None) -> float:
        """Return the reading's position; `last_s` is the position of the reading before it, None if it is the first.

        A clock that was set back, or the next file of a replay, would lead back: from there on the axis continues at
        `last_s`, and later readings keep the same shift.
        """
        own = reading.time_s if self._media_time else reading.t_capture_ns / 1e9
        if last_s is None:
            return own + self._offset_s
        if own + self._offset_s < last_s:
            self._offset_s = last_s - own
        return max(own + self._offset_s, last_s)  # the sum may be rounded to just below


class ArrivalRate:
    """The rate at which readings arrive."""

    def __init__(self) -> None:
        self._arrivals: deque[int] = deque(maxlen=_ARRIVALS_KEPT)

    def add(self, now_ns: int) -> None:
        """Count a reading that arrives now."""
        self._arrivals.append(now_ns)

    def per_s(self, now_ns: int) -> float:
        """Return readings per second over the last `RATE_OVER_S`; near the start over the time since the first one."""
        since = now_ns - int(RATE_OVER_S * 1e9)
        recent = [t for t in self._arrivals if t > since]
        if len(recent) < 2:
            return len(recent) / RATE_OVER_S
        young = len(recent) == len(self._arrivals) < _ARRIVALS_KEPT
        span_s = (now_ns - recent[0]) / 1e9 if young else RATE_OVER_S
        return len(recent) / max(span_s, _LEAST_SPAN_S)
