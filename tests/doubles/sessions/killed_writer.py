"""A process that is killed while it writes readings; spawned, so importable by name."""

import os
import signal
from pathlib import Path

from stream.session.store import Store
from tests.doubles.readings import reading


def write_and_be_killed(path: str, committed: int) -> None:
    """Commit so many readings, write one more, and die."""
    store = Store(Path(path))
    for seq in range(committed):
        store.add(reading(seq))
        store.commit()
    store.add(reading(committed))
    os.kill(os.getpid(), signal.SIGKILL)
