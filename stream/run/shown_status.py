"""The status that a person at the terminal or a subscriber sees: outdated once the sink no longer vouches for it."""

from collections.abc import Callable
from typing import Final

from stream.protocol.readings import RunStatus
from stream.readings.freshness import freshness_of, later, outdated

_AGAIN_NS: Final = 250_000_000
"""Statuses come four a second, also those of a sink that hangs."""


class ShownStatus:
    """The newest status of the sink. Knows no clock: the moments are handed in."""

    def __init__(self, show: Callable[[RunStatus], None], stale_after_s: float) -> None:
        self._show, self._stale_after_s = show, stale_after_s
        self._newest: RunStatus | None = None
        self._taken_ns = 0
        self._current_until_ns = 0.0

    def take(self, status: RunStatus, utc_ns: int, now_ns: int) -> None:
        """Show a status of the sink. now_ns: monotonic."""
        left_s = freshness_of(status, utc_ns, now_ns).left_s(now_ns, self._stale_after_s)
        status = later(status, max(utc_ns - status.t_published_ns, 0))
        self._newest, self._taken_ns, self._current_until_ns = status, now_ns, now_ns + left_s * 1e9
        self._show(status if left_s > 0 else outdated(status))

    def look(self, now_ns: int) -> None:
        """Show that the value is no longer current, if it is not."""
        if self._newest is not None and now_ns > self._current_until_ns:
            self._current_until_ns = now_ns + _AGAIN_NS
            self._show(outdated(later(self._newest, now_ns - self._taken_ns)))
