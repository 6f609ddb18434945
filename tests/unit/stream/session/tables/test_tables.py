"""Tables over several sessions: what they say of each, and of the markers in them."""

import csv
import io
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from stream.errors import UsageError
from stream.readings.mean import mean_interval
from stream.session.finished import session_files
from stream.session.store import FILE_NAME
from stream.session.tables.batch import BatchTable
from stream.session.tables.changes import MARKER_COLUMNS, MarkerChange, change_rows, marker_rows
from stream.session.tables.sessions import SessionRow, session_row, session_rows
from stream.session.tables.writing import as_csv, table_text
from tests.doubles.sessions.marked_session import marked_session


def test_a_row_says_what_the_summary_of_a_session_says(tmp_path: Path) -> None:
    row = session_row(marked_session(tmp_path / "patient-7"))
    assert (row.name, row.status, row.frames, row.frames_failed, row.good_frames) == (
        "patient-7",
        "complete",
        241,
        1,
        240,
    )
    assert row.share_good == pytest.approx(240 / 241, abs=1e-4)
    assert row.density_mean_pct == pytest.approx(12.0, abs=0.05)
    assert (row.duration_s, row.fps, row.width, row.height, row.capillary_count_mean) == (60.0, 4.0, 64, 48, 9.0)


def test_a_session_that_broke_off_is_interrupted_and_a_folder_without_one_not_begun(tmp_path: Path) -> None:
    assert session_row(marked_session(tmp_path / "a", facts=False)).status == "interrupted"
    assert session_row(tmp_path / "b", "b.mp4") == SessionRow(
        name="b", source="b.mp4", status="not begun", results=str(tmp_path / "b")
    )
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / FILE_NAME).write_text("no session")
    assert session_row(tmp_path / "c").status == "damaged"
    with closing(sqlite3.connect(marked_session(tmp_path / "d") / FILE_NAME)) as file, file:
        file.execute("UPDATE readings SET density_pct = 'much' WHERE seq = 7")
    assert session_row(tmp_path / "d").status == "damaged", "one damaged session ends no table"


def test_the_table_of_a_batch_that_is_killed_says_which_recording_it_was_at(tmp_path: Path) -> None:
    marked_session(tmp_path / "a")
    table = BatchTable(tmp_path, [(f"{name}.mp4", tmp_path / name) for name in ("a", "b", "c")])
    assert table.complete() == [True, False, False]
    for place in (0, 1):
        table.begin(place)
    with table.path.open() as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["complete", "interrupted", "not begun"]


def test_folders_of_sessions_are_taken_apart_as_people_count(tmp_path: Path) -> None:
    for name in ("clip10", "clip2"):
        marked_session(tmp_path / "results" / name)
    marked_session(tmp_path / "one")
    files = session_files([tmp_path / "results", tmp_path / "one"])
    assert [file.parent.name for file in files] == ["clip2", "clip10", "one"]
    with pytest.raises(UsageError, match="there is no session in"):
        session_files([tmp_path / "nothing"])


def test_a_change_over_several_sessions_is_that_of_the_page(tmp_path: Path) -> None:
    files = [marked_session(tmp_path / name, after=after) / FILE_NAME for name, after in (("up", 14.0), ("down", 7.0))]
    up, down = change_rows(files, "fluid", 20, 20)
    assert (up.name, up.marker, up.at_s, up.why_not) == ("up", 1, 30.0, "")
    assert up.change_pct == pytest.approx(4.0, abs=0.1)
    assert up.change_low_pct is not None
    assert down.change_high_pct is not None
    assert up.change_low_pct > 3.5
    assert down.change_high_pct < -2.5
    assert (up.before_s, up.after_s) == (20, 20)
    (long,) = change_rows(files[:1], "fluid", 60, 60)
    assert (long.before_s, long.after_s) == (30, 30), "no more than the session has"
    assert change_rows(files, "bolus", 20, 20) == []
    (short,) = change_rows(files[:1], "fluid", 1, 20)
    assert short.change_pct is None
    assert short.why_not.startswith("Cannot tell: too few good frames before it")


def test_no_text_of_a_table_is_a_formula(tmp_path: Path) -> None:
    files = [marked_session(tmp_path / "a") / FILE_NAME]
    assert ",'=250 ml," in as_csv(MarkerChange, change_rows(files, "fluid", 20, 20))
    (row,) = csv.DictReader(io.StringIO(table_text(MARKER_COLUMNS, marker_rows(files))))
    assert (row["kind"], row["text"], row["seq"]) == ("fluid", "'=250 ml", "120")


def test_the_interval_of_a_mean_is_wider_if_frames_are_alike() -> None:
    generator = np.random.default_rng(3)
    independent = generator.normal(10, 1, 400)
    alike = np.repeat(generator.normal(10, 1, 40), 10)
    narrow, wide = mean_interval(independent), mean_interval(alike)
    assert narrow is not None
    assert wide is not None
    assert wide[1] - wide[0] > 2 * (narrow[1] - narrow[0])
    assert mean_interval(np.linspace(5, 9, 300)) is None, "one slow course says nothing of its mean"
    assert mean_interval(np.array([5.0])) is None


def test_a_session_of_another_name_is_read_by_that_name(tmp_path: Path) -> None:
    folder = marked_session(tmp_path / "a")
    (folder / FILE_NAME).rename(folder / "copy.sqlite")
    (row,) = session_rows(session_files([folder / "copy.sqlite"]))
    assert (row.status, row.frames) == ("complete", 241)
