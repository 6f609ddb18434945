"""Live under faults: every frame that was captured is accounted for, once, whoever died."""

import json
import signal
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.chaos.faults import suspend
from tests.chaos.injector import Injector
from tests.chaos.pipeline import Life, lives, newest, settings, started
from tests.running import eventually

_BACKLOG_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Books:
    """What a session says of its frames. in_order: a reading or a drop for every seq from 0 on, and never both."""

    seed: int
    kills: int
    faults: dict[str, int]
    frames: int
    counts: dict[str, int]
    in_order: bool
    exit_code: int

    @property
    def good(self) -> bool:
        """captured = published + dropped + late + failed, after a stop in order."""
        return self.in_order and self.frames == sum(self.counts.values()) and self.exit_code == 130

    def __str__(self) -> str:
        faults = ", ".join(f"{what} {count}" for what, count in sorted(self.faults.items()))
        counts = ", ".join(f"{count} {what}" for what, count in self.counts.items())
        verdict = "balanced" if self.good else "NOT balanced"
        return f"seed {self.seed}: {self.kills} kills ({faults}); {self.frames} frames = {counts}: {verdict}"


def tormented(folder: Path, seconds: float, seed: int) -> Books:
    """A live run of 60 frames/s under faults for so long, stopped in order."""
    own = settings("quick", CAPILLARY_STREAM_SINK_SESSIONS_DIR=str(folder), CAPILLARY_STREAM_PUBLISH_ENABLED="false")
    injector = Injector(seed, every=60, shares={"stop": 0.2, "stranger": 0.1})
    with started("live", "synthetic:?seed=3&fps=60", "--no-view", log=folder / "log", **own) as program:
        session = eventually(lambda: next(folder.glob("*/session.sqlite"), None), "a session")
        injector.torment(program, session.parent, kills=10**9, deadline_s=seconds)
        suspend(_sink(program), _BACKLOG_S)  # nobody dies after it: what it lost of its backlog would be missing
        known = newest(session.parent)
        eventually(lambda: newest(session.parent) > known + 10, "readings come again", 60)
        program.send_signal(signal.SIGINT)
        exit_code = program.wait(timeout=20)
    facts, in_order = read(session)
    return Books(
        seed=seed,
        kills=injector.kills,
        faults=dict(injector.done),
        frames=facts["frames_read"],
        counts={what: facts[f"frames_{what}"] for what in ("analysed", "dropped", "late", "failed")},
        in_order=in_order,
        exit_code=exit_code,
    )


def _sink(program: "subprocess.Popen[str]") -> Life:
    return eventually(lambda: next((life for life in lives(program) if life.role == "sink"), None), "a sink")


def read(session: Path) -> tuple[dict[str, int], bool]:
    """What was noted about an ended session, and whether it has every seq from 0 on just once."""
    with closing(sqlite3.connect(session)) as database:
        facts = {key: json.loads(value) for key, value in database.execute("SELECT key, value FROM session")}
        seqs = [seq for (seq,) in database.execute("SELECT seq FROM readings UNION ALL SELECT seq FROM drops")]
    return facts, sorted(seqs) == list(range(facts["frames_read"]))
