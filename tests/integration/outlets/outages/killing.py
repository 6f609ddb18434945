"""What tests of outages share: when receivers are away, and what the session has in the end."""

import contextlib
import itertools
import random
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

OUTAGES: Final = [
    pytest.param(6, 4, 1.0, marks=[pytest.mark.slow, pytest.mark.timeout(120)], id="in short"),
    pytest.param(1200, 20, 30.0, marks=[pytest.mark.nightly, pytest.mark.timeout(2400)], id="at length"),
]
"""How long the program runs, s; how often a receiver is away in that time; how long, s."""
_LONGEST_GAP_S: Final = 1.0
"""Between two readings; far above what an undisturbed run has."""
_BUSY: Final = 2
"""So many times as long as without an outage: a machine that is busy with other things has long gaps of its own."""

Span = tuple[float, float]
"""From when to when, s since 1970 UTC."""


class Receiver(Protocol):
    """A receiver that is killed and started again with what it had."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


def kill_at_random(receivers: Sequence[Receiver], seconds: float, outages: int, away_s: float) -> list[Span]:
    """Kill one of the receivers after the other, at moments that are the same in every run of the test.

    Return when one was away.
    """
    chance, spans = random.Random(outages), []
    for _ in range(outages):
        receiver = chance.choice(receivers)
        time.sleep(chance.uniform(0, seconds / outages - away_s))
        began_s = time.time()
        receiver.stop()
        time.sleep(away_s)
        receiver.start()
        spans.append((began_s, time.time()))
    return spans


def only_session(sessions: Path) -> Path:
    (folder,) = sessions.iterdir()
    return folder


def rows(session: Path, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(f"file:{session / 'session.sqlite'}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def stored_seqs(session: Path) -> list[int]:
    return [seq for (seq,) in rows(session, "SELECT seq FROM readings WHERE NOT late ORDER BY seq")]


def check_that_the_trend_goes_on(session: Path, away: Sequence[Span]) -> None:
    """Fail if the live trend had a longer gap while a receiver was away than it has by itself."""
    query = "SELECT t_capture_ns / 1e9 + latency_ms / 1e3 FROM readings WHERE NOT late ORDER BY seq"
    at_s = [float(time_s) for (time_s,) in rows(session, query)]
    gaps: dict[bool, float] = {True: 0.0, False: 0.0}  # the longest, while one was away and while none was
    for earlier, later in itertools.pairwise(at_s):
        outage = any(began_s <= later and earlier <= ended_s for began_s, ended_s in away)
        gaps[outage] = max(gaps[outage], later - earlier)
    assert gaps[True] < max(_LONGEST_GAP_S, _BUSY * gaps[False]), gaps
