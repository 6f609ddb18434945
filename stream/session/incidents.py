"""Incidents of a session, kept in its file: cameras lost, sizes changed, clocks set, a full disk."""

import time
from typing import Any, Final

from stream.session.journal import Tables

_TABLE: Final = """CREATE TABLE IF NOT EXISTS incidents (
    n INTEGER PRIMARY KEY, t_ns INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL)"""
_STEP_NS: Final = 500_000_000


class Incidents:
    """The table `incidents`: time (UTC, ns), next frame, kind, and detail in words."""

    def __init__(self, tables: Tables) -> None:
        """Make the table if an older session has none."""
        self._tables = tables
        tables.write(_TABLE)

    def add(self, kind: str, detail: str, seq: int, t_ns: int | None = None) -> None:
        """Add an incident that happened just before the frame `seq`."""
        self._tables.write(
            "INSERT INTO incidents (t_ns, seq, kind, detail) VALUES (?, ?, ?, ?)",
            (time.time_ns() if t_ns is None else t_ns, seq, kind, detail),
        )

    def all(self) -> list[tuple[Any, ...]]:
        """Return (t_ns, seq, kind, detail) of each, in order."""
        return self._tables.read("SELECT t_ns, seq, kind, detail FROM incidents ORDER BY n")


class WallClock:
    """A watch on the wall clock: set by hand, or after sleep, it moves by another time than the monotonic clock."""

    def __init__(self, utc_ns: int, monotonic_ns: int) -> None:
        self._offset_ns = utc_ns - monotonic_ns

    def step_ns(self, utc_ns: int, monotonic_ns: int) -> int:
        """Return by how much the wall clock jumped since the last jump, ns; 0 if it only drifts."""
        step = utc_ns - monotonic_ns - self._offset_ns
        if abs(step) < _STEP_NS:
            return 0
        self._offset_ns += step
        return step
