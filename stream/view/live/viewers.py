"""The pages that are open: each is woken after a change, and says what it wants to be sent. Thread-safe; no socket."""

import threading
from collections.abc import Callable

from msgspec import Struct

Wake = Callable[[], None]


class Wishes(Struct, frozen=True, kw_only=True):
    """What a page wants to be sent; the page itself says so."""

    pictures: bool = True
    overlay: bool = True


class Viewers:
    """The open pages by number, each with its wake function and its wishes."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._wakes: dict[int, Wake] = {}
        self._wishes: dict[int, Wishes] = {}
        self._next = 0

    @property
    def count(self) -> int:
        """The number of open pages."""
        return len(self._wakes)

    @property
    def wanting_pictures(self) -> int:
        """The number of open pages that want pictures."""
        with self._changed:
            return sum(wishes.pictures for wishes in self._wishes.values())

    def join(self, wake: Wake) -> int:
        """Add a page that has opened; return its number.

        `wake` is called after every change, from the thread that made the change, and must not block.
        """
        with self._changed:
            self._next += 1
            self._wakes[self._next] = wake
            self._wishes[self._next] = Wishes()
            return self._next

    def leave(self, viewer: int) -> None:
        """Remove a page that has closed. May be called twice."""
        with self._changed:
            self._wakes.pop(viewer, None)
            self._wishes.pop(viewer, None)
            self._changed.notify_all()

    def set_wishes(self, viewer: int, wishes: Wishes) -> None:
        """Keep what a page wants to be sent; ignored if the page has left."""
        with self._changed:
            if viewer in self._wakes:
                self._wishes[viewer] = wishes

    def wishes_of(self, viewer: int) -> Wishes:
        """Return what a page wants to be sent."""
        return self._wishes.get(viewer, Wishes())

    def wake_all(self) -> None:
        """Wake every open page. The lock is free meanwhile, so a page may leave from within its wake function."""
        with self._changed:
            wakes = list(self._wakes.values())
        for wake in wakes:
            wake()

    def wait_until_gone(self, timeout_s: float) -> None:
        """Wait until every page has left, `timeout_s` at most."""
        with self._changed:
            self._changed.wait_for(lambda: not self._wakes, timeout_s)
