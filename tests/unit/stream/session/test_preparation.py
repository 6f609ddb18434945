"""A new run never destroys what another source gave, and continues a session only if it is asked to."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from stream.config.run_plan import RunPlan
from stream.config.sections import AnalyserConfig, Config
from stream.errors import OutputError
from stream.protocol.bedside import Marker
from stream.session.journal import Journal
from stream.session.preparation import finished, is_complete, prepare
from stream.session.result_files import supply_regions
from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import reading


def clip(folder: Path, **changes: Any) -> RunPlan:
    """Return the plan of a replay of clip.avi into the folder."""
    planned: dict[str, Any] = {"mode": "replay", "source": "clip.avi", "folder": folder, "config": Config()}
    return RunPlan(**planned | {"started_ns": 0} | changes)


def written(folder: Path, *, finished: bool, count: int = 3, **fields: Any) -> None:
    """Write what a run of the prepared session got so far."""
    store = Store(folder / FILE_NAME)
    for seq in range(count):
        store.add(reading(seq, **fields))
    store.accounted = max(count, store.accounted)
    store.close()
    (folder / "readings.csv").write_text("old")
    if finished:
        (folder / "summary.json").write_text('{"status": "complete"}')


def seqs(folder: Path) -> set[int]:
    store = Store(folder / FILE_NAME)
    try:
        return store.seqs()
    finally:
        store.close()


def test_an_empty_session_file_is_damaged(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    with pytest.raises(OutputError, match="is damaged; run it without --resume"):
        prepare(clip(tmp_path), resume=True)
    assert prepare(clip(tmp_path), resume=False)


def torn(folder: Path) -> None:
    """Overwrite its middle pages."""
    file = folder / FILE_NAME
    with file.open("r+b") as pages:
        pages.seek(file.stat().st_size // 2 // 4096 * 4096)
        pages.write(bytes(2 * 4096))


def changed(statement: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with closing(sqlite3.connect(folder / FILE_NAME)) as file:
            file.execute(statement)
            file.commit()

    return change


@pytest.mark.parametrize("finished", [False, True], ids=["interrupted", "finished"])
@pytest.mark.parametrize(
    "damage",
    [
        torn,
        changed("DELETE FROM session WHERE key = 'session'"),
        changed("UPDATE session SET value = '7' WHERE key = 'asked_source'"),
        changed("UPDATE session SET value = '\"many\"' WHERE key = 'asked_frames'"),
        changed("UPDATE session SET value = 'no JSON' WHERE key = 'begun_ns'"),
        changed("UPDATE session SET value = '[1]' WHERE key = 'books'"),
        changed("UPDATE session SET value = '{\"counts\": {\"published\": 3}}' WHERE key = 'books'"),
        changed(f"UPDATE session SET value = '{'[' * 100_000}' WHERE key = 'books'"),
        changed("DELETE FROM readings WHERE seq = 7"),
        changed("UPDATE readings SET regions = x'ff00ff' WHERE seq = 7"),
        changed("UPDATE readings SET objects = x'91' WHERE seq = 7"),
        changed("UPDATE readings SET t_capture_ns = 'noon' WHERE seq = 7"),
        changed("DROP TABLE readings"),
    ],
)
def test_a_damaged_session_cannot_be_resumed(tmp_path: Path, damage: Callable[[Path], None], finished: bool) -> None:
    prepare(clip(tmp_path), resume=False)
    written(tmp_path, finished=finished, count=300)
    damage(tmp_path)
    with pytest.raises(OutputError, match="is damaged; run it without --resume to begin anew"):
        prepare(clip(tmp_path), resume=True)
    if finished:
        with pytest.raises(OutputError, match="is damaged"):
            is_complete(clip(tmp_path))


def test_a_finished_replay_covers_what_it_was_asked_for_and_no_more(tmp_path: Path) -> None:
    prepare(clip(tmp_path, frames=3), resume=False)
    assert not is_complete(clip(tmp_path, frames=3)), "it is not finished"
    written(tmp_path, finished=True)
    assert is_complete(clip(tmp_path, frames=3))
    assert not is_complete(clip(tmp_path))
    with pytest.raises(OutputError, match=r"of clip\.avi"):
        is_complete(clip(tmp_path, source="other.avi"))
    with pytest.raises(OutputError, match=r"without outlines.*--overwrite"):
        is_complete(clip(tmp_path, frames=3, outlines=True))


def test_outlines_that_are_kept_can_be_written_later(tmp_path: Path) -> None:
    prepare(clip(tmp_path), resume=False)
    written(tmp_path, finished=True, regions=())
    assert is_complete(clip(tmp_path, outlines=True))
    supply_regions(tmp_path)
    assert len((tmp_path / "regions.jsonl").read_text().splitlines()) == 3


def test_a_resumed_session_is_of_what_is_asked_now(tmp_path: Path) -> None:
    prepare(clip(tmp_path, frames=3), resume=False)
    written(tmp_path, finished=True)
    prepare(clip(tmp_path), resume=True)
    written(tmp_path, finished=True, count=0)
    assert is_complete(clip(tmp_path))


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5000, "\0", "[]"])
def test_a_damaged_summary_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "summary.json").write_text(text)
    assert not finished(tmp_path)


def test_a_folder_in_place_of_a_result_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "readings.csv.partial").mkdir()
    with pytest.raises(OutputError, match=r"readings.csv.partial cannot be replaced: .*; remove it"):
        prepare(clip(tmp_path), resume=False)


def test_a_new_run_begins_a_session(tmp_path: Path) -> None:
    session = prepare(clip(tmp_path), resume=False)
    store = Store(tmp_path / FILE_NAME)
    assert store.facts()["session"] == session
    assert store.facts()["asked_source"] == "clip.avi"
    store.close()


@pytest.mark.parametrize("finished", [False, True])
def test_the_same_source_again_begins_anew(tmp_path: Path, finished: bool) -> None:
    first = prepare(clip(tmp_path), resume=False)
    written(tmp_path, finished=finished)
    assert prepare(clip(tmp_path), resume=False, overwrite=finished) != first
    assert seqs(tmp_path) == set()
    assert not (tmp_path / "summary.json").exists()
    assert not (tmp_path / "readings.csv").exists(), "old results are not taken for new ones"


def test_finished_results_are_replaced_only_if_asked_to(tmp_path: Path) -> None:
    prepare(clip(tmp_path), resume=False)
    written(tmp_path, finished=True)
    with pytest.raises(OutputError, match="--overwrite"):
        prepare(clip(tmp_path), resume=False)
    assert seqs(tmp_path) == {0, 1, 2}
    assert (tmp_path / "readings.csv").read_text() == "old"


def test_markers_are_lost_only_if_asked_to(tmp_path: Path) -> None:
    prepare(clip(tmp_path), resume=False)
    written(tmp_path, finished=False)
    store = Store(tmp_path / FILE_NAME)
    marker = Marker(session="s", source="", change="set", t_changed_ns=1, id=1, kind="bolus", text="", seq=0, t_ns=1)
    Journal(store, "s").keep_marker(marker)
    store.close()
    with pytest.raises(OutputError, match=r"1 marker;.*--resume.*--overwrite"):
        prepare(clip(tmp_path), resume=False)
    prepare(clip(tmp_path), resume=False, overwrite=True)


def test_another_source_is_not_overwritten_even_if_asked_to(tmp_path: Path) -> None:
    prepare(clip(tmp_path), resume=False)
    written(tmp_path, finished=True)
    with pytest.raises(OutputError, match=r"clip\.avi"):
        prepare(clip(tmp_path, source="other.avi"), resume=False, overwrite=True)


@pytest.mark.parametrize("finished", [False, True])
def test_resuming_keeps_the_session_and_what_it_has(tmp_path: Path, finished: bool) -> None:
    session = prepare(clip(tmp_path), resume=False)
    written(tmp_path, finished=finished)
    assert prepare(clip(tmp_path), resume=True) == session
    assert seqs(tmp_path) == {0, 1, 2}
    assert not (tmp_path / "summary.json").exists()


def test_nothing_can_be_resumed_where_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="without --resume"):
        prepare(clip(tmp_path), resume=True)


def test_another_source_is_not_resumed(tmp_path: Path) -> None:
    prepare(clip(tmp_path), resume=False)
    with pytest.raises(OutputError, match=r"is of clip\.avi, not of other\.avi"):
        prepare(clip(tmp_path, source="other.avi"), resume=True)


@pytest.mark.parametrize("finished", [False, True], ids=["interrupted", "finished"])
def test_readings_of_another_source_are_never_destroyed(tmp_path: Path, finished: bool) -> None:
    """An interrupted run of hours can still be resumed; a mistyped folder must not end that."""
    prepare(clip(tmp_path), resume=False)
    written(tmp_path, finished=finished)
    with pytest.raises(OutputError, match=r"clip\.avi"):
        prepare(clip(tmp_path, source="other.avi"), resume=False)
    assert seqs(tmp_path) == {0, 1, 2}
    assert (tmp_path / "summary.json").exists() == finished


def test_a_session_of_another_source_without_a_reading_is_no_loss(tmp_path: Path) -> None:
    prepare(clip(tmp_path, source="other.avi"), resume=False)
    prepare(clip(tmp_path), resume=False)


def test_files_of_the_user_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    prepare(clip(tmp_path), resume=False)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_table_never_mixes_two_analyses(tmp_path: Path) -> None:
    prepare(clip(tmp_path), resume=False)
    with pytest.raises(OutputError, match="other analyser settings"):
        prepare(clip(tmp_path, config=Config(analyser=AnalyserConfig(name="helmy2022"))), resume=True)


def test_what_a_killed_run_left_half_written_goes(tmp_path: Path) -> None:
    (tmp_path / "readings.csv.partial").touch()
    (tmp_path / "partial-overlay.mkv").touch()
    prepare(clip(tmp_path), resume=False)
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []
