"""One writer a folder; a new run never destroys what another source gave, and goes on only where asked to."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stream.errors import OutputError, UsageError
from stream.protocol.bedside import Marker
from stream.session.folders import (
    OutputFolder,
    complete,
    finished,
    new_session_id,
    prepare,
    result_folders,
    sessions_folder,
)
from stream.session.journal import Journal
from stream.session.resuming import Asked
from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import reading

CLIP = Asked("clip.avi", "analysis")
OTHER = Asked("other.avi", "analysis")


def written(folder: Path, *, finished: bool, count: int = 3, **fields: Any) -> None:
    """A run of the session that `prepare` began got so far."""
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


def test_a_session_is_named_by_time_and_chance() -> None:
    names = {new_session_id() for _ in range(50)}
    assert len(names) == 50
    assert all(len(name) == 22 and name.replace("-", "").isalnum() for name in names)


def test_sessions_lie_where_configured_else_in_the_users_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    assert sessions_folder("~/mine") == tmp_path / "mine"
    assert sessions_folder("") == tmp_path / ".local/share/capillary-stream/sessions"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert sessions_folder("") == tmp_path / "data/capillary-stream/sessions"


def test_a_folder_has_one_writer_until_it_is_released(tmp_path: Path) -> None:
    claim = OutputFolder(tmp_path / "out")
    with pytest.raises(OutputError, match="another run"):
        OutputFolder(tmp_path / "out")
    claim.release()
    OutputFolder(tmp_path / "out").release()
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("mark", [b"\xff\xfe\x00\x80", b"9" * 5000 + b" 3", b"[" * 100_000])
def test_a_damaged_mark_is_nobodys(tmp_path: Path, mark: bytes) -> None:
    (tmp_path / ".writer").write_bytes(mark)
    OutputFolder(tmp_path).release()


def test_an_empty_session_file_is_damaged(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    with pytest.raises(OutputError, match="is damaged; run it without --resume"):
        prepare(tmp_path, CLIP, resume=True)
    assert prepare(tmp_path, CLIP, resume=False)


def torn(folder: Path) -> None:
    """Its middle pages are gone."""
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
        changed("UPDATE readings SET t_capture_ns = 'noon' WHERE seq = 7"),
        changed("DROP TABLE readings"),
    ],
)
def test_a_damaged_session_cannot_be_resumed(tmp_path: Path, damage: Callable[[Path], None], finished: bool) -> None:
    prepare(tmp_path, CLIP, resume=False)
    written(tmp_path, finished=finished, count=300)
    damage(tmp_path)
    with pytest.raises(OutputError, match="is damaged; run it without --resume to begin anew"):
        prepare(tmp_path, CLIP, resume=True)
    if finished:
        with pytest.raises(OutputError, match="is damaged"):
            complete(tmp_path, CLIP, regions_file=False)


def test_a_finished_replay_covers_what_it_was_asked_for_and_no_more(tmp_path: Path) -> None:
    prepare(tmp_path, replace(CLIP, frames=3), resume=False)
    assert not complete(tmp_path, replace(CLIP, frames=3), regions_file=False), "it is not finished"
    written(tmp_path, finished=True)
    assert complete(tmp_path, replace(CLIP, frames=3), regions_file=False)
    assert not complete(tmp_path, CLIP, regions_file=False)
    with pytest.raises(OutputError, match=r"of clip\.avi"):
        complete(tmp_path, OTHER, regions_file=False)
    with pytest.raises(OutputError, match=r"without outlines.*--overwrite"):
        complete(tmp_path, replace(CLIP, frames=3, outlines=True), regions_file=True)


def test_outlines_that_are_kept_are_written_where_they_are_asked_for_later(tmp_path: Path) -> None:
    prepare(tmp_path, CLIP, resume=False)
    written(tmp_path, finished=True, regions=())
    assert complete(tmp_path, replace(CLIP, outlines=True), regions_file=True)
    assert len((tmp_path / "regions.jsonl").read_text().splitlines()) == 3


def test_a_resumed_session_is_of_what_is_asked_now(tmp_path: Path) -> None:
    prepare(tmp_path, replace(CLIP, frames=3), resume=False)
    written(tmp_path, finished=True)
    prepare(tmp_path, CLIP, resume=True)
    written(tmp_path, finished=True, count=0)
    assert complete(tmp_path, CLIP, regions_file=False)


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5000, "\0", "[]"])
def test_a_damaged_summary_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "summary.json").write_text(text)
    assert not finished(tmp_path)


def test_a_folder_in_place_of_a_result_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "readings.csv.partial").mkdir()
    with pytest.raises(OutputError, match=r"readings.csv.partial is in the way: .*; remove it"):
        prepare(tmp_path, CLIP, resume=False)


def test_a_file_in_place_of_the_folder_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="cannot be made"):
        OutputFolder(tmp_path / "out")
    with pytest.raises(OutputError, match="cannot be made"):
        OutputFolder(tmp_path / "out" / "below")


def test_a_folder_that_cannot_be_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for folder in (tmp_path / "loop", tmp_path / "loop" / "below", tmp_path / ("a" * 300)):
        with pytest.raises(OutputError, match="cannot be used"):
            OutputFolder(folder)
        with pytest.raises(OutputError, match="cannot be used"):
            result_folders(["clip.avi"], folder)


@pytest.mark.parametrize(
    ("source", "output", "among"),
    [
        ("p", "p", True),
        ("images:p", "p", True),
        ("images:p?fps=10", "p", True),
        ("images:p/*.png", "p", True),
        ("p/*", "p", True),
        ("p/*.png", "p/out", False),
        ("p/f*.png", "p", False),
        ("p/**/*.png", "p/out", True),
        ("*/*.png", "p", True),
        ("images:p/*.png?fps=10", "p", True),
        ("p/a.mp4", "p", False),
        ("loop", "p", False),
        ("~nobody-of-that-name/x.mp4", "p", False),
    ],
)
def test_results_do_not_lie_where_the_source_would_take_them_for_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, output: str, among: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    if among:
        with pytest.raises(UsageError, match="own folder"):
            result_folders([source], Path(output))
    else:
        assert result_folders([source], Path(output)) == [Path(output)]


@pytest.mark.skipif(os.getuid() == 0, reason="root writes everywhere")
def test_a_folder_that_may_not_be_written_is_a_plain_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="cannot be"):
        OutputFolder(tmp_path)
    tmp_path.chmod(0o700)


def test_a_new_run_begins_a_session(tmp_path: Path) -> None:
    session = prepare(tmp_path, CLIP, resume=False)
    store = Store(tmp_path / FILE_NAME)
    assert store.facts()["session"] == session
    assert store.facts()["asked_source"] == "clip.avi"
    store.close()


@pytest.mark.parametrize("finished", [False, True])
def test_the_same_source_again_begins_anew(tmp_path: Path, finished: bool) -> None:
    first = prepare(tmp_path, CLIP, resume=False)
    written(tmp_path, finished=finished)
    assert prepare(tmp_path, CLIP, resume=False, overwrite=finished) != first
    assert seqs(tmp_path) == set()
    assert not (tmp_path / "summary.json").exists()
    assert not (tmp_path / "readings.csv").exists(), "old results are not taken for new ones"


def test_finished_results_are_replaced_only_where_asked_to(tmp_path: Path) -> None:
    prepare(tmp_path, CLIP, resume=False)
    written(tmp_path, finished=True)
    with pytest.raises(OutputError, match="--overwrite"):
        prepare(tmp_path, CLIP, resume=False)
    assert seqs(tmp_path) == {0, 1, 2}
    assert (tmp_path / "readings.csv").read_text() == "old"


def test_markers_that_somebody_set_are_lost_only_where_asked_to(tmp_path: Path) -> None:
    prepare(tmp_path, CLIP, resume=False)
    written(tmp_path, finished=False)
    store = Store(tmp_path / FILE_NAME)
    marker = Marker(session="s", source="", change="set", t_changed_ns=1, id=1, kind="bolus", text="", seq=0, t_ns=1)
    Journal(store, "s").keep(marker)
    store.close()
    with pytest.raises(OutputError, match=r"1 marker;.*--resume.*--overwrite"):
        prepare(tmp_path, CLIP, resume=False)
    prepare(tmp_path, CLIP, resume=False, overwrite=True)


def test_another_source_is_not_overwritten_even_where_asked_to(tmp_path: Path) -> None:
    prepare(tmp_path, CLIP, resume=False)
    written(tmp_path, finished=True)
    with pytest.raises(OutputError, match=r"clip\.avi"):
        prepare(tmp_path, OTHER, resume=False, overwrite=True)


def test_a_run_without_a_frame_leaves_a_folder_as_it_found_it(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    for folder in (tmp_path / "mine", tmp_path / "new" / "below"):
        claim = OutputFolder(folder)
        prepare(folder, CLIP, resume=False)
        (folder / "audit.jsonl").write_text("begun")
        claim.leave()
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    assert not (tmp_path / "new").exists()


def test_a_run_with_frames_leaves_them(tmp_path: Path) -> None:
    claim = OutputFolder(tmp_path / "out")
    prepare(tmp_path / "out", CLIP, resume=False)
    written(tmp_path / "out", finished=False)
    claim.leave()
    assert seqs(tmp_path / "out") == {0, 1, 2}


@pytest.mark.parametrize("finished", [False, True])
def test_resuming_keeps_the_session_and_what_it_has(tmp_path: Path, finished: bool) -> None:
    session = prepare(tmp_path, CLIP, resume=False)
    written(tmp_path, finished=finished)
    assert prepare(tmp_path, CLIP, resume=True) == session
    assert seqs(tmp_path) == {0, 1, 2}
    assert not (tmp_path / "summary.json").exists()


def test_nothing_can_be_resumed_where_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="without --resume"):
        prepare(tmp_path, CLIP, resume=True)


def test_another_source_is_not_resumed(tmp_path: Path) -> None:
    prepare(tmp_path, CLIP, resume=False)
    with pytest.raises(OutputError, match=r"is of clip\.avi, not of other\.avi"):
        prepare(tmp_path, OTHER, resume=True)


@pytest.mark.parametrize("finished", [False, True], ids=["interrupted", "finished"])
def test_readings_of_another_source_are_never_destroyed(tmp_path: Path, finished: bool) -> None:
    """An interrupted run of hours can still be resumed; a mistyped folder must not end that."""
    prepare(tmp_path, CLIP, resume=False)
    written(tmp_path, finished=finished)
    with pytest.raises(OutputError, match=r"clip\.avi"):
        prepare(tmp_path, OTHER, resume=False)
    assert seqs(tmp_path) == {0, 1, 2}
    assert (tmp_path / "summary.json").exists() == finished


def test_a_session_of_another_source_without_a_reading_is_no_loss(tmp_path: Path) -> None:
    prepare(tmp_path, OTHER, resume=False)
    prepare(tmp_path, CLIP, resume=False)


def test_files_of_the_user_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    prepare(tmp_path, CLIP, resume=False)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_table_never_mixes_two_analyses(tmp_path: Path) -> None:
    prepare(tmp_path, CLIP, resume=False)
    with pytest.raises(OutputError, match="other analyser settings"):
        prepare(tmp_path, replace(CLIP, analysis="another"), resume=True)


def test_what_a_killed_run_left_half_written_goes(tmp_path: Path) -> None:
    (tmp_path / "readings.csv.partial").touch()
    (tmp_path / "partial-overlay.mkv").touch()
    prepare(tmp_path, CLIP, resume=False)
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []
