"""The status that a person at the terminal sees: shown as outdated once the sink no longer vouches for it."""

from collections.abc import Callable

from stream.protocol.readings import RunStatus
from stream.readings.freshness import freshness_of, outdated


class ShownStatus:
    """The newest status of the sink. Knows no clock: the moments are handed in."""

    def __init__(self, show: Callable[[RunStatus], None], stale_after_s: float) -> None:
        self._show, self._stale_after_s = show, stale_after_s
        self._newest: RunStatus | None = None
        self._current_until_ns = 0.0

    def take(self, status: RunStatus, utc_ns: int, now_ns: int) -> None:
        """Show a status of the sink. now_ns: monotonic."""
        left_s = freshness_of(status, utc_ns, now_ns).left_s(now_ns, self._stale_after_s)
        self._newest, self._current_until_ns = status, now_ns + left_s * 1e9
        self._show(status if left_s > 0 else outdated(status))

    def look(self, now_ns: int) -> None:
        """Show that the value is no longer current, if it is not."""
        if self._newest is not None and now_ns > self._current_until_ns:
            self._current_until_ns = now_ns + self._stale_after_s * 1e9
            self._show(outdated(self._newest))
