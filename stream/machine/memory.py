"""How much memory this process has gained. A peer can make ZeroMQ hold what no limit of ZeroMQ's counts."""

import contextlib
import ctypes
import os
from pathlib import Path
from typing import Final

_STATM: Final = Path("/proc/self/statm")


class Growth:
    """Of the memory that this process holds, since `settle` or the beginning; never any where the system tells none."""

    def __init__(self) -> None:
        self._before_mb = _resident_mb()

    def mb(self) -> float:
        """Gained so far."""
        return _resident_mb() - self._before_mb

    def settle(self) -> float:
        """Give back to the system what is free, and count from what is left; returns what is left of the growth, MB."""
        with contextlib.suppress(AttributeError, OSError):  # glibc keeps what was freed
            ctypes.CDLL(None).malloc_trim(0)
        left_mb, self._before_mb = self.mb(), _resident_mb()
        return left_mb


def _resident_mb() -> float:
    try:
        return int(_STATM.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0
