"""Ctrl-C and its like, where one process does a piece of work that can be left between two steps."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from stream.portability import stop_signals


@contextmanager
def stop_asked() -> Iterator[Callable[[], bool]]:
    """Whether somebody asked this process to stop since the block began; inside, the signals end nothing themselves.

    Main thread only.
    """
    asked = Event()
    previous = {number: signal.signal(number, lambda *_: asked.set()) for number in stop_signals()}
    try:
        yield asked.is_set
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
