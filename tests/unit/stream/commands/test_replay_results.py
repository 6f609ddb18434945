"""Replay in this process, with the engine `serial`: the files that come of it, whatever the recordings are like."""

import csv
import io
import json
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from stream.commands import context, replay
from stream.session.file_types import RegionsLine, Summary, SummaryDensity
from tests.doubles.media import write_video
from tests.running import rows
from tests.unit.stream.commands.conftest import Type

SERIAL = ("replay", "--engine", "serial", "--output", "out")
OUT = Path("out")


def test_an_overlay_shows_every_frame(typed: Type) -> None:
    assert typed(*SERIAL, "synthetic:?frames=5", "--overlay").code == 0
    video = cv2.VideoCapture("out/overlay.mkv")
    frames = [video.read() for _ in range(6)]
    assert [found for found, _ in frames] == [True] * 5 + [False]
    assert frames[0][1].shape == (1080, 1920, 3)
    assert [path.name for path in OUT.iterdir() if "regions" in path.name or "partial" in path.name] == []


def test_the_types_of_the_files_are_those_of_the_files(typed: Type) -> None:
    assert typed(*SERIAL, "synthetic:?frames=2", "--regions").code == 0
    summary = json.loads((OUT / "summary.json").read_text())
    assert msgspec.convert(summary, Summary).frames_read == 2
    assert set(summary) >= set(Summary.__struct_fields__)
    assert set(summary["density"]) == set(SummaryDensity.__struct_fields__)
    lines = (OUT / "regions.jsonl").read_text().splitlines()
    assert all(msgspec.json.decode(line, type=RegionsLine).regions for line in lines)


def test_several_sources_get_a_folder_each(typed: Type) -> None:
    assert typed(*SERIAL, "synthetic:?seed=1&frames=3", "synthetic:?seed=2&frames=4").code == 0
    assert sorted(len(rows(folder)) for folder in OUT.iterdir() if folder.is_dir()) == [3, 4]


def test_a_folder_of_recordings_is_a_batch_with_one_table(typed: Type) -> None:
    for name in ("clip10.avi", "clip2.avi"):
        write_video(folder_of("clips") / name, frames=3)
    done = typed(*SERIAL, "clips")
    assert done.code == 0
    assert "Table of 2 recordings: out/summary.csv" in done.text
    with (OUT / "summary.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [(row["name"], row["status"], row["frames"]) for row in table] == [
        ("clip2", "complete", "3"),
        ("clip10", "complete", "3"),
    ]
    assert [row["source"] for row in table] == ["clips/clip2.avi", "clips/clip10.avi"]
    printed = list(csv.DictReader(io.StringIO(typed("summarise", OUT).text)))
    assert printed == table
    listed = typed("view", OUT).text
    assert "clip2 " in listed
    assert "3 readings, 0% good" in listed


def test_the_table_of_an_interrupted_batch_says_what_is_not_begun(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.avi", "b.avi", "c.avi"):
        write_video(folder_of("clips") / name, frames=3)
    left = [context.reported]
    monkeypatch.setattr(replay, "reported", lambda run: left.pop()(run) if left else 130)
    assert typed(*SERIAL, "clips/*.avi").code == 130
    with (OUT / "summary.csv").open() as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["complete", "not begun", "not begun"]


def test_a_folder_that_is_no_batch_is_refused_with_what_it_holds(typed: Type) -> None:
    write_video(folder_of("mixed") / "a.avi", frames=2)
    cv2.imwrite("mixed/b.png", np.zeros((32, 32, 3), np.uint8))
    done = typed(*SERIAL, "mixed")
    assert (done.code, "holds 1 recording and 1 picture" in done.text, '"mixed/*.avi"' in done.text) == (
        2,
        True,
        True,
    )
    (folder_of("other") / "notes.txt").write_text("x")
    done = typed(*SERIAL, "other")
    assert (done.code, "holds neither recordings nor pictures, but notes.txt" in done.text) == (3, True)
    folder_of("empty")
    done = typed(*SERIAL, "empty")
    assert (done.code, "The folder empty holds no file." in done.text) == (3, True)
    done = typed(*SERIAL, "zzz*.mp4")
    assert (done.code, "No file matches zzz*.mp4." in done.text) == (3, True)


def folder_of(name: str) -> Path:
    Path(name).mkdir(exist_ok=True)
    return Path(name)


def test_what_is_missing_of_a_finished_replay_is_made_of_its_outlines(typed: Type) -> None:
    source = "synthetic:?seed=3&frames=3"
    assert typed(*SERIAL, source, "--overlay").code == 0
    overlay = (OUT / "overlay.mkv").read_bytes()
    (OUT / "overlay.mkv").unlink()  # it was stopped while it was made
    done = typed("replay", "--output", OUT, source, "--overlay", "--regions", "--resume")
    assert done.code == 0
    assert "nothing to resume" in done.text
    assert [json.loads(line)["seq"] for line in (OUT / "regions.jsonl").read_text().splitlines()] == [0, 1, 2]
    assert len((OUT / "overlay.mkv").read_bytes()) == len(overlay)


def test_separate_pictures_are_not_called_moving(typed: Type) -> None:
    assert typed("models", "synthesize", "--output", "made", "--count", "3").code == 0
    assert typed(*SERIAL, "made/frames").code == 0
    assert not [row["frame"] for row in rows(OUT) if "moving" in row["quality_reasons"]]
