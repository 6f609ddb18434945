"""Keeps a clock's pace as a camera does: a frame is there when its time has come, and lost when the next one is.

Knows no frame and no other clock than the one it is given.
"""

import math
from collections.abc import Callable


class Pace:
    """Frames at `fps` from the first wait on. `now` is a monotonic clock in seconds, `sleep` waits for seconds."""

    def __init__(self, fps: float, now: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._fps, self._now, self._sleep = fps, now, sleep
        self._start: float | None = None

    def wait(self, index: int) -> int:
        """Return the newest frame there is, which is `index` or a later one; waits until there is one."""
        if self._start is None:
            self._start = self._now()
        while (left := self._start + index / self._fps - self._now()) > 0:
            self._sleep(left)
        return max(index, math.floor((self._now() - self._start) * self._fps))
