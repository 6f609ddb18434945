"""A running program from outside: who its processes are, how far it is, what it computed. Knows no fault."""

import contextlib
import os
import re
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from stream.session.store import FILE_NAME
from tests.chaos.counting import COUNTS
from tests.running import ROOT, children, command, eventually, is_alive

_SOCKET: Final = re.compile(r"/(capture|sink|view|worker-\d+)-(\d+)$")


@dataclass(frozen=True, slots=True)
class Life:
    """One incarnation of one process."""

    role: str  # capture, sink, view, worker-0 …
    incarnation: int
    process: psutil.Process
    inbox: str  # path of its socket


def lives(program: "subprocess.Popen[str]") -> list[Life]:
    """Return the pipeline's processes that listen by now; each binds a socket of its own name before anything else."""
    found = []
    for child in children(program):
        with contextlib.suppress(psutil.Error):
            for connection in child.net_connections("unix"):
                name = _SOCKET.search(connection.laddr if isinstance(connection.laddr, str) else "")
                if name is not None and is_alive(child):
                    found.append(Life(name[1], int(name[2]), child, connection.laddr))
                    break
    return found


def find(program: "subprocess.Popen[str]", role: str) -> Life:
    """Return a living process whose role begins so; wait for one that is just being replaced."""
    return eventually(lambda: next((life for life in lives(program) if life.role.startswith(role)), None), role)


def settings(analyser: str, counts: Path | None = None, **more: str) -> dict[str, str]:
    """Return the environment of a run with a counted analyser ("quick" or "real") on ports of its own."""
    own = {
        "CAPILLARY_STREAM_ANALYSER_NAME": f'"tests.chaos.counting:{analyser}"',
        "CAPILLARY_STREAM_VIEW_PORT": "0",
        "PYTHONPATH": str(ROOT),
    }
    return own | ({} if counts is None else {COUNTS: str(counts)}) | more


@contextmanager
def started(*arguments: str | Path, log: Path, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the program in a process group of its own, its stderr in a file; kill the group when the block ends."""
    with log.open("w") as file:
        program = subprocess.Popen(
            command(*arguments),
            stdout=subprocess.DEVNULL,
            stderr=file,
            text=True,
            env=os.environ | environment,
            start_new_session=True,
        )
        try:
            yield program
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, 9)
            program.wait(timeout=30)


def newest(folder: Path) -> int:
    """Return the highest seq that is on disk, -1 for none."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(_session(folder)) as database:
        found = database.execute("SELECT MAX(seq) FROM readings").fetchone()[0]
        return -1 if found is None else int(found)
    return -1


def workers_of_last(folder: Path, readings: int) -> set[int]:
    """Return the workers that computed the newest readings on disk."""
    query = "SELECT worker FROM readings ORDER BY seq DESC LIMIT ?"
    with contextlib.suppress(sqlite3.Error), contextlib.closing(_session(folder)) as database:
        return {worker for (worker,) in database.execute(query, (readings,))}
    return set()


def _session(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{folder / FILE_NAME}?mode=ro", uri=True, timeout=1)


def computed(counts: Path) -> Counter[str]:
    """Count how often an analysis was begun (`b`) and finished (`f`), over all frames."""
    return Counter(line[0] for line in counts.read_text().splitlines() if line) if counts.exists() else Counter()
