"""A full disk is tried again at intervals, not at every turn; while it is full nothing has room."""

from pathlib import Path

import pytest

from stream.session.store import FILE_NAME, Store
from stream.sink.disk import SessionDisk
from tests.doubles.readings import reading


class Filling(Store):
    """A store on a disk whose room the test decides."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.has_room = True
        self.tries = 0

    def commit(self) -> bool:
        self.tries += 1
        self.full = not self.has_room
        return self.has_room and super().commit()


@pytest.fixture
def store(tmp_path: Path) -> Filling:
    return Filling(tmp_path / FILE_NAME)


@pytest.fixture
def now_s(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the time of the monotonic clock, to be set by the test."""
    now_s = [100.0]
    monkeypatch.setattr("stream.sink.disk.time.monotonic", lambda: now_s[0])
    return now_s


def test_what_was_added_is_on_disk_after_a_commit(store: Filling, tmp_path: Path) -> None:
    disk = SessionDisk(store, tmp_path)
    store.add(reading(0))
    assert disk.commit()
    assert (disk.full, disk.waits) == (False, False)


def test_a_full_disk_is_tried_again_twice_a_second(store: Filling, tmp_path: Path, now_s: list[float]) -> None:
    disk = SessionDisk(store, tmp_path)
    store.has_room = False
    for step in range(10):  # one second
        now_s[0] = 100.0 + step * 0.1
        assert not disk.commit()
    assert store.tries == 2
    store.has_room = True
    now_s[0] = 101.1
    assert disk.commit()


def test_other_commits_go_on_while_a_file_waits_for_room(store: Filling, tmp_path: Path, now_s: list[float]) -> None:
    disk = SessionDisk(store, tmp_path)
    disk.wait()
    assert disk.waits
    assert disk.commit()
    now_s[0] += 1
    assert not disk.waits


def test_free_space_is_that_of_the_folder_and_none_while_the_disk_is_full(store: Filling, tmp_path: Path) -> None:
    disk = SessionDisk(store, tmp_path)
    assert disk.free_mb() > 0
    store.has_room = False
    disk.commit()
    assert disk.free_mb() == 0
