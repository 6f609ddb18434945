"""Live under faults: every frame that was captured is accounted for, once, whatever process died."""

import json
import signal
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.chaos.faults import suspend
from tests.chaos.injector import Injector
from tests.chaos.pipeline import find, newest, settings, started
from tests.running import eventually

_BACKLOG_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Books:
    """What a session says of its frames. in_order: a reading or a drop for every seq from 0 on, and never both."""

    frames: int
    counts: dict[str, int]
    in_order: bool

    @property
    def balanced(self) -> bool:
        """Return whether the books balance: captured = published + dropped + late + failed."""
        return self.in_order and self.frames == sum(self.counts.values())

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {what}" for what, count in self.counts.items())
        return f"{self.frames} frames = {counts} ({'balanced' if self.balanced else 'NOT balanced'})"


def books_of(session: Path) -> Books:
    """Read the books of a session that has ended."""
    with closing(sqlite3.connect(session)) as database:
        facts = {key: json.loads(value) for key, value in database.execute("SELECT key, value FROM session")}
        seqs = [seq for (seq,) in database.execute("SELECT seq FROM readings UNION ALL SELECT seq FROM drops")]
    return Books(
        frames=facts["frames_read"],
        counts={what: facts[f"frames_{what}"] for what in ("analysed", "dropped", "late", "failed")},
        in_order=sorted(seqs) == list(range(facts["frames_read"])),
    )


@dataclass(frozen=True, slots=True)
class Tormented:
    """What came of a live run under faults."""

    seed: int
    kills: int
    faults: dict[str, int]
    books: Books
    exit_code: int

    @property
    def good(self) -> bool:
        """Return whether the books balance after a stop in order."""
        return self.books.balanced and self.exit_code == 130

    def __str__(self) -> str:
        faults = ", ".join(f"{what} {count}" for what, count in sorted(self.faults.items()))
        return f"seed {self.seed}: {self.kills} kills ({faults}); {self.books}; exit code {self.exit_code}"


def tormented(folder: Path, seconds: float, seed: int) -> Tormented:
    """Run live at 60 frames/s under faults for so long, and stop in order."""
    own = settings("quick", CAPILLARY_STREAM_SINK_SESSIONS_DIR=str(folder), CAPILLARY_STREAM_PUBLISH_ENABLED="false")
    injector = Injector(seed, every=60, shares={"stop": 0.2, "stranger": 0.1})
    with started("live", "synthetic:?seed=3&fps=60", "--no-view", log=folder / "log", **own) as program:
        session = eventually(lambda: next(folder.glob("*/session.sqlite"), None), "a session")
        injector.torment(program, session.parent, kills=10**9, deadline_s=seconds)
        # no process dies after it: what it lost of its backlog would be missing
        suspend(find(program, "sink"), _BACKLOG_S)
        known = newest(session.parent)
        eventually(lambda: newest(session.parent) > known + 10, "readings come again", 60)
        program.send_signal(signal.SIGINT)
        exit_code = program.wait(timeout=20)
    return Tormented(
        seed=seed,
        kills=injector.kills,
        faults=dict(injector.done),
        books=books_of(session),
        exit_code=exit_code,
    )
