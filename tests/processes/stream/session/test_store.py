"""What was committed is on disk, whatever happens next."""

import multiprocessing
from pathlib import Path

from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import reading
from tests.doubles.sessions.killed_writer import write_and_be_killed


def test_what_was_committed_survives_a_kill_and_nothing_else_does(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    process = multiprocessing.get_context("spawn").Process(target=write_and_be_killed, args=(str(path), 5))
    process.start()
    process.join(30)
    assert process.exitcode == -9
    store = Store(path)
    assert store.seqs() == set(range(5))
    assert store.next_seq() == 5
    store.add(reading(5))
    store.close()
