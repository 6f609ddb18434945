"""What a user does wrong ends in one plain sentence and the right exit code before anything is begun."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from stream.session.store import Store
from tests.doubles.media import write_video
from tests.unit.stream.commands.conftest import Type, Typed

USAGE, SOURCE, FAILED = 2, 3, 1
SERIAL = ("replay", "--output", "out", "--engine", "serial")
"""Analyse in this process."""


def picture(path: Path, width: int = 64, height: int = 48) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full((height, width, 3), 120, np.uint8))
    return path


def configured(text: str) -> Path:
    Path("mine.toml").write_text(text)
    return Path("mine.toml")


def refused(code: int, typed: Type, *arguments: str | Path, says: tuple[str, ...]) -> None:
    """Check that the command ends with `code`, and that its last line says so."""
    done = typed(*arguments)
    assert done.code == code, done
    sentence = done.text.strip().splitlines()[-1]
    assert all(word in sentence for word in says), sentence


@pytest.mark.parametrize("arguments", [("replay", "x.mp4"), ("live",), ("nonsense",)])
def test_wrong_use(typed: Type, arguments: tuple[str, ...]) -> None:
    assert typed(*arguments).code == USAGE


@pytest.mark.parametrize(("text", "says"), [("", "empty"), ("not a video\n" * 100, "notes.mp4")])
def test_what_is_no_video(typed: Type, text: str, says: str) -> None:
    Path("notes.mp4").write_text(text)
    refused(SOURCE, typed, *SERIAL, "notes.mp4", says=(says,))


@pytest.mark.parametrize(("name", "says"), [("damaged.png", "is damaged"), ("numbers.tif", "32-bit numbers")])
def test_a_picture_alone_without_pixels_leaves_nothing_behind(typed: Type, name: str, says: str) -> None:
    if name == "damaged.png":
        whole = picture(Path(name)).read_bytes()
        Path(name).write_bytes(whole[: len(whole) * 2 // 3])
    else:
        Image.fromarray(np.zeros((48, 64), np.float32)).save(name)
    refused(SOURCE, typed, *SERIAL, name, says=(name, says))
    assert not Path("out").exists()


def test_a_folder_without_pictures(typed: Type) -> None:
    Path("empty").mkdir()
    refused(SOURCE, typed, *SERIAL, "empty", says=("empty",))


def test_pictures_of_mixed_size(typed: Type) -> None:
    picture(Path("mixed/a.png"), 64, 48)
    picture(Path("mixed/b.png"), 80, 48)
    refused(SOURCE, typed, *SERIAL, "mixed", says=("64x48", "80x48"))


def test_a_frame_larger_than_the_limit(typed: Type) -> None:
    picture(Path("large/a.png"), 640, 480)
    config = configured("[capture]\nmax_width_px = 320\n")
    refused(SOURCE, typed, "-c", config, *SERIAL, "large", says=("640x480", "max_width_px"))


def test_an_unknown_key_names_the_nearest(typed: Type) -> None:
    config = configured("[workers]\ncuont = 2\n")
    refused(USAGE, typed, "-c", config, "doctor", says=("workers.cuont", "workers.count"))


def test_a_value_of_the_wrong_type(typed: Type) -> None:
    refused(USAGE, typed, "-c", configured('[workers]\ncount = "two"\n'), "doctor", says=("workers.count", "int"))


def test_an_unknown_analyser_setting(typed: Type) -> None:
    config = configured("[analyser.settings]\ntreshold = 0.4\n")
    refused(USAGE, typed, "-c", config, *SERIAL, "synthetic:?frames=2", says=("treshold",))


def test_an_output_folder_that_cannot_be_made(typed: Type) -> None:
    Path("file").touch()
    refused(FAILED, typed, "replay", "synthetic:?frames=2", "--output", "file/out", says=("file/out",))


@pytest.mark.parametrize("source", ["loop.mp4", "~nobody-of-that-name/x.mp4", "a" * 300 + ".mp4"])
def test_a_source_that_cannot_be(typed: Type, source: str) -> None:
    Path("loop.mp4").symlink_to("loop.mp4")
    refused(SOURCE, typed, "replay", source, "--output", "out", says=(source,))


@pytest.mark.parametrize("engine", ["stream", "serial"])
def test_a_camera_among_recordings_is_refused_before_the_first_is_analysed(typed: Type, engine: str) -> None:
    arguments = ("replay", "synthetic:?frames=2", "rtsp://127.0.0.1:9/x", "--engine", engine, "--output", "out")
    refused(USAGE, typed, *arguments, says=("rtsp://127.0.0.1:9/x is live", "`live`", "`record`"))
    assert not Path("out").exists()


def test_a_pipe_is_no_recording(typed: Type) -> None:
    os.mkfifo("pipe.mp4")
    refused(SOURCE, typed, "replay", "pipe.mp4", "--output", "out", says=("pipe.mp4", "no regular file"))


def test_readings_do_not_leave_the_machine_without_keys(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPILLARY_STREAM_PUBLISH_ENDPOINT", "tcp://0.0.0.0:5560")
    refused(USAGE, typed, "demo", says=("CURVE",))


def test_finished_results_are_replaced_only_by_overwrite_and_a_source_that_is_there(typed: Type) -> None:
    clip, results = write_video(Path("clip.avi"), frames=3), Path("out/readings.csv")
    assert typed(*SERIAL, clip).code == 0
    assert str(Store(Path("out/session.sqlite")).facts()["source"]).startswith("video-"), "its name stays out of topics"
    before = results.read_bytes()
    refused(FAILED, typed, *SERIAL, clip, "--frames", "2", says=("out", "--overwrite"))
    clip.rename("moved.avi")
    refused(SOURCE, typed, *SERIAL, clip, "--overwrite", says=("clip.avi",))
    assert results.read_bytes() == before
    Path("moved.avi").rename(clip)
    assert typed(*SERIAL, clip, "--frames", "2", "--overwrite").code == 0
    assert len(results.read_text().splitlines()) == 3


def test_another_recording_in_place_of_the_first_is_not_gone_on_with(typed: Type) -> None:
    clip, results = write_video(Path("clip.avi"), frames=4), Path("out/readings.csv")
    assert typed(*SERIAL, clip).code == 0
    before, first = results.read_bytes(), clip.read_bytes()
    again = ("replay", clip, "--output", "out", "--resume")
    write_video(clip, frames=5)
    refused(FAILED, typed, *again, says=("clip.avi", "has changed since", "--overwrite"))
    clip.unlink()
    refused(SOURCE, typed, *again, says=("clip.avi",))
    clip.write_bytes(first)
    for wish in ("--regions", "--overlay"):
        refused(FAILED, typed, *again, wish, says=("without outlines", "--overwrite"))
    assert results.read_bytes() == before


def test_one_bad_source_or_folder_keeps_no_other_from_being_done(typed: Type) -> None:
    Path("text.mp4").write_text("no video")
    for name in ("blocked", "good"):
        picture(Path(name, "a.png"))
    Path("out").mkdir()
    Path("out/blocked").write_text("a file of somebody's")
    done = typed(*SERIAL, "text.mp4", "blocked", "good")
    assert done.code == SOURCE
    assert "text.mp4 is text, no video" in done.text
    assert "the folder out/blocked cannot be made" in done.text
    assert len(Path("out/good/readings.csv").read_text().splitlines()) == 2
    assert sorted(path.name for path in Path("out").iterdir()) == ["blocked", "good", "summary.csv"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("camera:0", "camera:0"), "camera:0 is named twice; name each source once"),
        (tuple(f"camera:{number}" for number in range(9)), "9 sources are named; one command watches at most 8"),
        (("camera:0", "camera:1", "--workers", "1"), "1 worker cannot analyse 2 sources: each needs one at least"),
    ],
)
def test_sources_that_cannot_be_watched_together_are_refused(
    typed: Type, arguments: tuple[str, ...], reason: str
) -> None:
    assert typed("live", *arguments) == Typed(2, reason)


def test_a_file_or_nothing_is_not_verified_as_a_folder_of_its_own(typed: Type) -> None:
    write_video(Path("clip.avi"), frames=2)
    for name in ("clip.avi", "nothing"):
        refused(USAGE, typed, "verify", name, says=(f"{name} is no session", "name the folder"))


def test_pictures_are_not_recorded_into_a_file(typed: Type) -> None:
    clip = write_video(Path("clip.avi"), frames=2)
    refused(FAILED, typed, "record", clip, clip, says=("clip.avi", "cannot be made", "choose another one"))
