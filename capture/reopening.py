"""Waits for a live source that was lost, in a thread of its own: opening a camera takes seconds, and fails often.

A source that stays away is asked less and less often: a camera that starts, and a network that many cameras share, need
their time for other things.
"""

import random
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Final

from stream.errors import SourceError
from stream.protocol.contracts import FrameSource
from stream.transport.sockets import Inbox

_FIRST_S: Final = 0.5
_LONGEST_S: Final = 10.0
_JITTER: Final = 0.25


class BackOff:
    """The pauses before attempts: none before the first, then each twice the one before, up to `_LONGEST_S`.

    Each is longer or shorter by chance, by up to a quarter: several programs that lost one switch do not all come back
    to it at one moment. The longest is not exceeded.
    """

    def __init__(self, rng: random.Random | None = None) -> None:
        self._rng = rng or random.Random()
        self._attempts = 0

    def pause_s(self) -> float:
        """Return how long to wait before the next attempt, in seconds."""
        self._attempts += 1
        if self._attempts == 1:
            return 0.0
        pause_s = _FIRST_S * 2.0 ** min(self._attempts - 2, 30)
        return min(pause_s * self._rng.uniform(1 - _JITTER, 1 + _JITTER), _LONGEST_S)

    def reset(self) -> None:
        """Begin anew: the source has given a frame."""
        self._attempts = 0


class Reopening:
    """A thread that calls `open_again` until it works, with the pauses of `back_off`.

    found: gets the source, or the unexpected exception that ended the attempts; the inbox is then woken.
    """

    def __init__(self, open_again: Callable[[], FrameSource], inbox: Inbox, back_off: BackOff) -> None:
        self.found: SimpleQueue[FrameSource | Exception] = SimpleQueue()
        self._open, self._inbox, self._back_off = open_again, inbox, back_off
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reopening", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Give up. A driver that does not return is left to the end of the process."""
        self._stopping.set()

    def _run(self) -> None:
        waker = self._inbox.waker()
        while not self._stopping.wait(self._back_off.pause_s()):
            try:
                self.found.put(self._open())
                break
            except SourceError:
                pass
            except Exception as error:  # noqa: BLE001 (a thread that died unheard would leave the run waiting for ever)
                self.found.put(error)
                break
        waker.wake()
        waker.close()
