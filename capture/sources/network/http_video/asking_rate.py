"""How often something is asked for."""

import time
from collections.abc import Callable


class AskingRate:
    """A rate, per second, that is kept on average and not caught up with after a pause."""

    def __init__(self, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._period_s, self._clock = 1 / per_s, clock
        self._due_s = clock()

    def wait_s(self) -> float:
        """Return how long to wait before the next time, in seconds."""
        now_s = self._clock()
        self._due_s = max(self._due_s + self._period_s, now_s)
        return self._due_s - now_s
