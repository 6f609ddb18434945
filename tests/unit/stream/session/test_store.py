"""What was committed is on disk, whatever happens next; a session is read back as it was written."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.errors import OutputError
from stream.protocol.frames import Drop
from stream.protocol.readings import DensityReading, ObjectOutline, RegionOutline
from stream.session.archive import Archive, StoredReading
from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import reading

POINT = b"\x01\x00\x02\x00"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(path)
    yield store
    store.close()


def test_a_new_session_is_empty(store: Store) -> None:
    assert store.seqs() == set()
    assert store.next_seq() == 0
    assert store.counts() == {"published": 0, "failed": 0, "late": 0, "dropped": 0, "device_lost": 0}
    assert store.facts() == {}
    assert list(store.rows("seq")) == []


def test_a_reading_is_read_back_as_it_was_written(store: Store) -> None:
    regions, objects = (RegionOutline(POINT, 0.5),), (ObjectOutline("hair", POINT),)
    kept = {"measures": {"b": 2.0, "a": 1.0}, "regions": regions, "objects": objects, "worker": -1}
    store.add(reading(3, quality_reasons=("dark", "blurred"), **kept))
    store.commit()
    row = next(iter(store.rows("seq", "frame", "density_pct", "quality_reasons", "measures", "worker")))
    assert row == (3, "f3", 12.5, "dark; blurred", '{"a": 1.0, "b": 2.0}', -1)
    outlines = next(iter(store.rows("regions", "objects")))
    assert outlines == (msgspec.msgpack.encode(regions), msgspec.msgpack.encode(objects))


def test_a_session_of_an_earlier_version_opens_and_goes_on(path: Path) -> None:
    with contextlib.closing(Store(path)) as store:
        store.add(reading(0, regions=()))
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.execute("ALTER TABLE readings DROP COLUMN objects")
    assert looked_up(path, 0).objects is None, "a reader changes nothing"
    with contextlib.closing(Store(path)) as store:
        store.add(reading(1, regions=(), objects=(ObjectOutline("hair", POINT),)))
    assert [looked_up(path, seq).objects for seq in (0, 1)] == [None, (ObjectOutline("hair", POINT),)]


def looked_up(path: Path, seq: int) -> StoredReading:
    with contextlib.closing(Archive(path)) as archive:
        found = archive.reading(seq)
    assert found is not None
    return found


def test_rows_come_in_order_of_seq_whatever_the_order_they_came_in(store: Store) -> None:
    for seq in (4, 1, 3, 0, 2):
        store.add(reading(seq))
    assert list(store.rows("seq")) == [(0,), (1,), (2,), (3,), (4,)]


def test_only_known_columns_can_be_asked_for(store: Store) -> None:
    with pytest.raises(ValueError, match="no column"):
        list(store.rows("seq; DROP TABLE readings"))


def test_late_readings_are_kept_apart(store: Store) -> None:
    store.add(reading(0))
    store.add(reading(5))
    store.add(reading(2), late=True)
    assert list(store.rows("seq")) == [(0,), (5,)]
    assert list(store.rows("seq", "late", late=True)) == [(0, 0), (2, 1), (5, 0)]
    assert store.next_seq() == 6
    assert store.seqs() == {0, 2, 5}


def test_a_late_one_is_never_the_newest(store: Store) -> None:
    store.add(reading(7), late=True)
    assert store.next_seq() == 0


@given(kinds=st.lists(st.sampled_from(["ok", "failed", "late", "late failed", "drop"]), max_size=30))
def test_every_seq_is_counted_once(tmp_path_factory: pytest.TempPathFactory, kinds: list[str]) -> None:
    store = Store(tmp_path_factory.mktemp("session") / FILE_NAME)
    for seq, kind in enumerate(kinds):
        if kind == "drop":
            store.add_drop(Drop(seq=seq, cause="overload"))
            store.add_drop(Drop(seq=seq, cause="restart"))
        else:
            store.add(reading(seq, status="failed" if "failed" in kind else "ok"), late="late" in kind)
    counts = store.counts()
    assert sum(counts.values()) == len(kinds) == len(store.seqs())
    assert counts["dropped"] == kinds.count("drop")
    assert counts["late"] == kinds.count("late") + kinds.count("late failed")
    assert counts["failed"] == kinds.count("failed")
    assert counts["published"] == kinds.count("ok")
    store.close()


def test_a_seq_is_written_once_only(store: Store) -> None:
    store.add(reading(1))
    with pytest.raises(sqlite3.IntegrityError):
        store.add(reading(1))


def test_facts_of_any_kind_come_back_and_the_last_one_counts(store: Store) -> None:
    store.set_facts(source="old", fps=25.0, width=1920, nothing=None)
    store.set_facts(source="Räume")
    assert store.facts() == {"source": "Räume", "fps": 25.0, "width": 1920, "nothing": None}


def test_nothing_is_on_disk_before_it_is_committed_and_all_of_it_after(path: Path, store: Store) -> None:
    store.add(reading(0))
    store.add_drop(Drop(seq=1, cause="restart"))
    other = Store(path)
    assert other.seqs() == set()
    assert store.commit()
    assert other.seqs() == {0, 1}
    assert not store.commit()
    other.close()


def test_a_reader_sees_a_session_while_it_is_written(path: Path, store: Store) -> None:
    store.add(reading(0))
    store.commit()
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as reader:
        store.add(reading(1))
        store.commit()
        assert reader.execute("SELECT COUNT(*) FROM readings").fetchone() == (2,)
    reader.close()


def test_a_closed_session_is_one_file(path: Path) -> None:
    store = Store(path)
    store.add(reading(0))
    store.close()
    assert [file.name for file in path.parent.iterdir()] == [FILE_NAME]


def test_another_file_is_refused_and_left_as_it_is(path: Path) -> None:
    path.write_bytes(b"not a database at all, but somebody's notes" * 100)
    before = path.read_bytes()
    with pytest.raises(OutputError, match="cannot be opened"):
        Store(path)
    assert path.read_bytes() == before


def test_a_session_of_another_version_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(OutputError, match="version 99"):
        Store(path)


def test_a_folder_that_is_not_there_is_a_plain_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be opened"):
        Store(tmp_path / "none" / FILE_NAME)


@given(fields=st.fixed_dictionaries({"frame": st.text(max_size=30), "error": st.text(max_size=30)}))
def test_any_text_can_be_kept(tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any]) -> None:
    store = Store(tmp_path_factory.mktemp("session") / FILE_NAME)
    given_reading: DensityReading = reading(0, **fields)
    store.add(given_reading)
    assert list(store.rows("frame", "error")) == [(fields["frame"], fields["error"])]
    store.close()


def cramped(store: Store, pages: int) -> None:
    """Leave room for so many pages on the disk."""
    store._db.execute(f"PRAGMA max_page_count={pages}")


def test_on_a_full_disk_what_was_added_waits_until_there_is_room(tmp_path: Path) -> None:
    store = Store(tmp_path / FILE_NAME)
    store.add(reading(0))
    assert store.commit()
    cramped(store, 1)
    for seq in range(1, 400):
        store.add(reading(seq))
    store.set_facts(source="clip")
    assert not store.commit()
    assert store.full
    assert store.seqs() == {0}
    assert store.facts()["source"] == "clip"
    store.add(reading(400))
    assert not store.commit()
    cramped(store, 100_000)
    assert store.commit()
    assert not bool(store.full)
    assert store.seqs() == set(range(401))
    store.close()


def test_a_disk_that_stays_full_costs_the_oldest_and_they_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stream.session.store._MOST_WAITING", 500)
    store = Store(tmp_path / FILE_NAME)
    cramped(store, 1)
    for seq in range(700):
        store.add(reading(seq))
    store.commit()
    for seq in range(700, 800):
        store.add(reading(seq))
    assert store.full
    assert store.given_up > 0
    cramped(store, 100_000)
    assert store.commit()
    assert len(store.seqs()) == 800 - store.given_up
    assert max(store.seqs()) == 799
    store.close()


def test_a_session_of_any_length_is_gone_on_with_at_once(tmp_path: Path) -> None:
    """What is below the prefix that its writer knew is not looked at again."""
    store = Store(tmp_path / FILE_NAME)
    for seq in range(10):
        store.add(reading(seq))
    store.add(reading(11), late=True)
    store.add_drop(Drop(seq=12, cause="overload"))
    store.add(reading(14, status="failed"))
    store.accounted = 10
    store.commit()
    store.close()
    again = Store(tmp_path / FILE_NAME)
    assert again.accounted == 10
    assert again.seqs(again.accounted) == {11, 12, 14}
    assert again.next_seq() == 15
    assert again.counts() == {"published": 10, "failed": 1, "late": 1, "dropped": 1, "device_lost": 0}
    again.close()


def test_what_was_not_committed_is_in_no_book(tmp_path: Path) -> None:
    store = Store(tmp_path / FILE_NAME)
    store.add(reading(0))
    store.commit()
    store.add(reading(1))
    store._db.close()  # as a kill would
    again = Store(tmp_path / FILE_NAME)
    assert again.counts()["published"] == len(again.seqs()) == 1
    again.close()
