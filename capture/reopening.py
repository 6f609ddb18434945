"""Waits for a live source that was lost, in a thread of its own: opening a camera takes seconds, and fails often.

A source that stays away is asked less and less often: a camera that starts, and a network that many cameras share, need
their time for other things.
"""

import threading
from collections.abc import Callable
from queue import SimpleQueue

from stream.errors import SourceError
from stream.protocol.contracts import FrameSource
from stream.transport.back_off import BackOff
from stream.transport.sockets import Inbox


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
