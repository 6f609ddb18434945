"""Time of day that never steps. Knows nothing else."""

import time
from collections.abc import Callable

Clock = Callable[[], int]


def steady_utc() -> Clock:
    """Return a clock of UTC nanoseconds that never steps: the wall clock now, carried on by the monotonic one."""
    offset = time.time_ns() - time.monotonic_ns()
    return lambda: offset + time.monotonic_ns()
