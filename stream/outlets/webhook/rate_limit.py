"""When the next request may be sent, if there are to be at most so many in any minute. Pure."""

from collections import deque
from typing import Final

_MINUTE_S: Final = 60.0


class RateLimit:
    """Knows when the latest requests were sent."""

    def __init__(self, at_most_per_minute: int) -> None:
        """Begin without any."""
        self._sent_s: deque[float] = deque(maxlen=at_most_per_minute)

    def wait_s(self, now_s: float) -> float:
        """Return how long to wait for the next request. now_s: a clock that never steps."""
        if len(self._sent_s) < (self._sent_s.maxlen or 0):
            return 0.0
        return max(0.0, self._sent_s[0] + _MINUTE_S - now_s)

    def sent(self, now_s: float) -> None:
        """Note that a request is sent now."""
        self._sent_s.append(now_s)
