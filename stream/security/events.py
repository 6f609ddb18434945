"""Security events of a process on their way to the audit log: always counted, reported at a bounded rate.

A flood of hostile bytes must fill neither memory nor the log, so equal events are reported once, with their number.
Safe from any thread. Knows no socket.
"""

import threading
from typing import Final, Literal

from stream.protocol.processes import SecurityEvent

What = Literal["connected", "refused", "changed"]

_INTERVAL_S: Final = 1.0
_MOST_KINDS: Final = 50  # distinct events within one interval
_MOST_LINES: Final = 500  # distinct events in a process's life; after that only sums
_THEN_INTERVAL_S: Final = 60.0


class SecurityEvents:
    """Events that any part of a process adds, and its main loop takes and reports.

    refused: number of messages and peers refused here so far.
    """

    def __init__(self) -> None:
        self.refused = 0
        self._waiting: dict[tuple[What, str, str, str], int] = {}
        self._lines = 0
        self._next_s = float("-inf")
        self._lock = threading.Lock()

    def add(self, what: What, where: str, who: str = "", detail: str = "", count: int = 1) -> None:
        """Add an event that happened `count` times."""
        key = what, where, who[:200], detail[:500]
        with self._lock:
            self.refused += count if what == "refused" else 0
            if key not in self._waiting and (len(self._waiting) >= _MOST_KINDS or self._lines >= _MOST_LINES):
                key = what, where, "", "more of them, only counted"
            self._waiting[key] = self._waiting.get(key, 0) + count

    def take(self, now_s: float) -> list[SecurityEvent]:
        """Take the events that are due to be reported now; mostly none."""
        if not self._waiting or now_s < self._next_s:
            return []
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            self._lines += len(waiting)
            self._next_s = now_s + (_INTERVAL_S if self._lines < _MOST_LINES else _THEN_INTERVAL_S)
        return [
            SecurityEvent(what=what, where=where, who=who, detail=detail, count=count)
            for (what, where, who, detail), count in waiting.items()
        ]
