"""`sources list` and `sources test`, as a user types them."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.recordings.recorded_only import frames_of
from capture.sources.industrial.device import IndustrialOptions
from capture.sources.industrial.source import IndustrialSource
from capture.sources.opening import SourceLimits
from stream.machine.devices import Found, FoundKind
from tests.doubles.media import write_video
from tests.unit.capture.sources.industrial.test_industrial_source import Device
from tests.unit.stream.commands.conftest import Type

KINDS = [
    FoundKind(kind="camera", devices=(Found("camera:0", "Webcam (MJPG)"),)),
    FoundKind(kind="basler", note="needs pypylon, which is not installed: pip install capillary-stream[basler]"),
    FoundKind(kind="aravis"),
]


@pytest.fixture(autouse=True)
def _devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("run_stream.Program.found_devices", lambda _: KINDS)


def test_devices_are_listed_by_what_opens_them_with_what_is_missing(typed: Type) -> None:
    done = typed("sources", "list")
    assert done.code == 0
    assert done.text.splitlines()[:6] == [
        "camera:",
        "  camera:0  Webcam (MJPG)",
        "basler:",
        "  none: needs pypylon, which is not installed: pip install capillary-stream[basler]",
        "aravis:",
        "  none found",
    ]


def test_the_list_as_json(typed: Type) -> None:
    listed = json.loads(typed("sources", "list", "--json").text)
    assert listed["kinds"][0]["devices"] == [{"uri": "camera:0", "description": "Webcam (MJPG)"}]
    assert listed["added_schemes"] == []


def test_a_recording_is_tested_to_its_end_and_its_last_frame_written(typed: Type, tmp_path: Path) -> None:
    video = write_video(tmp_path / "a.avi", frames=12)
    done = typed("sources", "test", video, "--picture", tmp_path / "last.png")
    assert done.code == 0, done.text
    assert "size:      320x240 px" in done.text
    assert "frames:    12, of these 0 failed; 0 lost before they came" in done.text
    assert "rate:      25 frames per second, 25 promised" in done.text
    picture = cv2.imread(str(tmp_path / "last.png"))
    frames = [pixels for _, pixels in frames_of(str(video), SourceLimits())]
    assert picture is not None
    np.testing.assert_array_equal(picture, frames[-1])
    assert not np.array_equal(frames[-1], frames[-2])


def test_a_camera_is_watched_for_so_long_and_says_its_settings(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = IndustrialSource("toy", Device(), IndustrialOptions(gain=3))
    monkeypatch.setattr("run_stream.Program.open_source", lambda *_: camera)
    done = json.loads(typed("sources", "test", "toy:", "--seconds", "0.1", "--json").text)
    assert done["frames"] > 2
    assert (done["failed"], done["lost"], done["latency_from"]) == (0, 0, "grab")
    assert done["settings"] == {"pixel_format": "Mono8", "width": "32", "height": "16", "fps": "25"}
    assert done["treatment"] == "the camera gives no gain"


def test_what_cannot_be_opened_or_written_is_said_with_an_exit_code(typed: Type, tmp_path: Path) -> None:
    assert typed("sources", "test", "/nowhere.mp4").code == 3
    assert typed("sources", "test", "camera").code in (2, 3)
    written = typed("sources", "test", write_video(tmp_path / "a.avi"), "--picture", tmp_path / "no" / "a.png")
    assert (written.code, "cannot be written" in written.text) == (1, True)


def test_a_source_none_of_whose_frames_can_be_read_is_a_failure(typed: Type, tmp_path: Path) -> None:
    for name in "ab":
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.random.default_rng(1).integers(0, 255, (64, 64, 3)))
        whole = (tmp_path / f"{name}.png").read_bytes()
        (tmp_path / f"{name}.png").write_bytes(whole[:200])
    done = typed("sources", "test", tmp_path)
    assert done.code == 3
