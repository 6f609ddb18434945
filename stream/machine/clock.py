"""Time of day that never steps, and time in which the program stood still."""

import time
from collections.abc import Callable
from typing import Final

Clock = Callable[[], int]

SUSPENDED_S: Final = 1.0
"""A loop that turns several times per second and stands still for longer was suspended, and all processes with it."""


def steady_utc() -> Clock:
    """Return a clock of UTC nanoseconds that never steps: the wall clock now, carried on by the monotonic one."""
    offset = time.time_ns() - time.monotonic_ns()
    return lambda: offset + time.monotonic_ns()
