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
    """Return the stop signals that this process answers: not SIGHUP if nohup(1) has it ignored."""
    return [number for number in STOP_SIGNALS if number.name != "SIGHUP" or signal.getsignal(number) != signal.SIG_IGN]


@contextlib.contextmanager
def deaf_to_signals() -> Iterator[None]:
    """Block the stop signals while children are started, so that these ignore them from their first instruction on.

    A signal reaches the whole process group, but the supervisor alone answers. In this process they are delivered when
    the block ends.
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
    """Yield a function that says whether a stop signal came since the block began; the signals themselves end nothing.

    Main thread only.
    """
    asked = Event()
    previous = {number: signal.signal(number, lambda *_: asked.set()) for number in stop_signals()}
    try:
        yield asked.is_set
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
