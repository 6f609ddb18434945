"""The signals that stop a run, and who answers them."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from threading import Event
from typing import Final

STOP_SIGNALS: Final = tuple(number for number in signal.Signals if number.name in ("SIGINT", "SIGTERM", "SIGHUP"))
"""Ctrl-C, a service manager's stop, a terminal that is closed."""


def stop_signals() -> list[signal.Signals]:
    """Those of them that this process is to answer: nohup(1) asks that a closed terminal be ignored."""
    return [number for number in STOP_SIGNALS if number.name != "SIGHUP" or signal.getsignal(number) != signal.SIG_IGN]


@contextlib.contextmanager
def deaf_to_signals() -> Iterator[None]:
    """Children started meanwhile hear none of the signals that stop a run, from their first instruction on.

    They reach the whole process group; the supervisor alone answers. Here they are heard as soon as this ends.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # starting it later would lift the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
