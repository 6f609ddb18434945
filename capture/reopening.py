"""Waits for a live source that was lost, in a thread of its own: opening a camera takes seconds, and fails often."""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Final

from stream.errors import SourceError
from stream.protocol.contracts import FrameSource
from stream.transport.sockets import Inbox

_EVERY_S: Final = 0.5


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
        while not self._stopping.is_set():
            try:
                self.found.put(self._open())
                break
            except SourceError:
                self._stopping.wait(_EVERY_S)
            except Exception as error:  # noqa: BLE001 (a thread that died unheard would leave the run waiting for ever)
                self.found.put(error)
                break
        waker.wake()
        waker.close()
