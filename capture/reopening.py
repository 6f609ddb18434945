"""Waits for a live source that was lost, in a thread of its own: opening a camera takes seconds, and fails often.

A source that stays away is asked less and less often: a camera that starts, and a network that many cameras share, need
their time for other things.
"""

import random
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Final

from stream.errors import SourceError
from stream.protocol.contracts import FrameSource
from stream.transport.sockets import Inbox

_FIRST_S: Final = 0.5
_LONGEST_S: Final = 10.0
_JITTER: Final = 0.25


def pauses(rng: random.Random) -> Iterator[float]:
    """Yield the pauses between attempts, in seconds: each twice the one before, up to `_LONGEST_S`.

    Each is longer or shorter by chance, by up to a quarter: several programs that lost one switch do not come back to
    it at the same moments. The longest is not exceeded.
    """
    pause_s = _FIRST_S
    while True:
        yield min(pause_s * rng.uniform(1 - _JITTER, 1 + _JITTER), _LONGEST_S)
        pause_s = min(2 * pause_s, _LONGEST_S)


class Reopening:
    """A thread that calls `open_again` until it works, first at once.

    found: gets the source, or the unexpected exception that ended the attempts; the inbox is then woken.
    """

    def __init__(self, open_again: Callable[[], FrameSource], inbox: Inbox) -> None:
        self.found: SimpleQueue[FrameSource | Exception] = SimpleQueue()
        self._open, self._inbox = open_again, inbox
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reopening", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Give up. A driver that does not return is left to the end of the process."""
        self._stopping.set()

    def _run(self) -> None:
        waker = self._inbox.waker()
        for pause_s in pauses(random.Random()):
            if self._stopping.is_set():
                break
            try:
                self.found.put(self._open())
                break
            except SourceError:
                self._stopping.wait(pause_s)
            except Exception as error:  # noqa: BLE001 (a thread that died unheard would leave the run waiting for ever)
                self.found.put(error)
                break
        waker.wake()
        waker.close()
