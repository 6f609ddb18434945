"""The sessions that are kept are found, newest first; a folder of them is no session."""

import contextlib
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from stream.errors import OutputError, UsageError
from stream.protocol.readings import DensityReading
from stream.session.finished import session_file
from stream.session.listing import listed, newest, sessions_in
from stream.session.output_folder import OutputFolder
from stream.session.store import FILE_NAME, Store

BEGUN_NS = 1_800_000_000_000_000_000


@pytest.fixture
def base(tmp_path: Path, reading: Callable[..., DensityReading]) -> Path:
    """Return a folder with two sessions of three readings each, one without a reading, and a folder that is none."""
    for place, (name, count) in enumerate([("b", 3), ("a", 3), ("c", 0)]):
        (tmp_path / name).mkdir()
        store = Store(tmp_path / name / FILE_NAME)
        store.set_facts(source="scope", name="Bed 4" if name == "b" else None)
        for seq in range(count):
            store.add(reading(seq, t_capture_ns=BEGUN_NS + (place * 7200 + seq * 45) * 10**9))
        store.close()
    (tmp_path / "other").mkdir()
    return tmp_path


def test_they_are_listed_newest_first_with_the_time_zone(base: Path) -> None:
    sessions = sessions_in(base)
    assert [kept.folder.name for kept in sessions] == ["a", "b"]
    first, second = listed(sessions).splitlines()
    assert first.split()[0] == "a"
    assert first.endswith(f"{datetime.now().astimezone():%Z}  0:01:30  scope  3 readings, 100% good, 6.25 %")
    assert second.startswith("b (Bed 4)  ")


def test_the_newest_one_that_is_finished(base: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert newest(base) == base / "a"
    writer = OutputFolder(base / "a")
    assert newest(base) == base / "b"
    assert "still being written" in listed(sessions_in(base))
    writer.release()
    with pytest.raises(UsageError, match="no finished session"):
        newest(tmp_path_factory.mktemp("empty"))


def test_a_folder_that_cannot_be_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for name in ("loop", "a" * 300):
        with pytest.raises(OutputError, match="cannot be used"):
            sessions_in(tmp_path / name)


def test_a_damaged_one_is_a_line_and_the_others_are_listed(base: Path) -> None:
    (base / "d").mkdir()
    (base / "d" / FILE_NAME).touch()
    with contextlib.closing(sqlite3.connect(base / "c" / FILE_NAME)) as damaged, damaged:
        damaged.execute("UPDATE session SET value = '{{'")
    sessions = sessions_in(base)
    assert [kept.folder.name for kept in sessions if not kept.damaged] == ["a", "b"]
    assert sorted(line.split() for line in listed(sessions).splitlines()[2:]) == [["c", "damaged"], ["d", "damaged"]]
    assert newest(base) == base / "a"


def test_names_and_sources_that_a_terminal_would_obey_are_escaped(base: Path) -> None:
    (base / "b").rename(base / "b\x1b[2J\udcff")
    store = Store(base / "a" / FILE_NAME)
    store.set_facts(source="\x1b]0;mine\x07")
    store.close()
    text = listed(sessions_in(base))
    assert "\\x1b]0;mine\\x07" in text
    assert "\n".join(line for line in text.splitlines() if line.isprintable()) == text


def test_a_folder_of_sessions_says_what_to_do(base: Path) -> None:
    with pytest.raises(UsageError, match=r"is a folder of sessions.*`view .*` lists them"):
        session_file(base)
