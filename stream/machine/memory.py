"""How much memory this process has gained: a peer can make ZeroMQ hold messages that none of its limits counts."""

import contextlib
import ctypes
import os
from pathlib import Path
from typing import Final

_STATM: Final = Path("/proc/self/statm")
MOST_GROWTH_MB: Final = 96.0
"""More than a socket's peers make a process gain as long as they keep to the protocol."""


class MemoryGrowth:
    """Growth of this process's resident memory since the last settle(); 0 if /proc is not readable."""

    def __init__(self) -> None:
        self._before_mb = _resident_mb()

    def mb(self) -> float:
        """Return the growth so far, MB."""
        return _resident_mb() - self._before_mb

    def settle(self) -> float:
        """Give free memory back to the system and count from here; return what is left of the growth, MB."""
        with contextlib.suppress(AttributeError, OSError):  # glibc keeps what was freed
            ctypes.CDLL(None).malloc_trim(0)
        left_mb, self._before_mb = self.mb(), _resident_mb()
        return left_mb


def _resident_mb() -> float:
    try:
        return int(_STATM.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0
