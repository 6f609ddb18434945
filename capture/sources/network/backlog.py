"""Whether a frame that has just come is of now, or was held up in the network. Pure.

When a connection stalls, the frames of that time wait in buffers, and come in one burst after it. They are old. The one
that is followed by none for most of a frame's time is the newest.
"""

from collections import deque
from statistics import median

_STALL_PERIODS = 4.0
_STALL_S = 0.5
_AT_PACE = 0.75
"""A burst is faster than the camera: frames that come at this part of its usual interval or later are no burst."""


class Backlog:
    """The times at which frames come, in seconds of a clock that never jumps."""

    def __init__(self) -> None:
        self._intervals: deque[float] = deque(maxlen=15)
        self._last_s: float | None = None
        self._draining = False

    def wait_s(self, now_s: float) -> float:
        """Take note of a frame that comes now; return how long it must stay the newest to be believed."""
        last_s, self._last_s = self._last_s, now_s
        if last_s is None:
            return 0.0
        interval = now_s - last_s
        usual = median(self._intervals) if self._intervals else interval
        if interval > max(_STALL_S, _STALL_PERIODS * usual):
            self._draining = bool(self._intervals)
        elif self._draining and interval >= _AT_PACE * usual:
            self._draining = False
        if self._draining:
            return _AT_PACE * usual
        self._intervals.append(interval)
        return 0.0
