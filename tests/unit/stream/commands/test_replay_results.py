"""Replay in this process, with the engine `serial`: the files that come of it, whatever the recordings are like."""

import json
from pathlib import Path

import cv2

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


def test_several_sources_get_a_folder_each(typed: Type) -> None:
    assert typed(*SERIAL, "synthetic:?seed=1&frames=3", "synthetic:?seed=2&frames=4").code == 0
    assert sorted(len(rows(folder)) for folder in OUT.iterdir()) == [3, 4]


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
