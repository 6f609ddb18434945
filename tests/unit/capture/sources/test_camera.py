"""A camera on this machine, with a stand-in for the hardware: what is asked of it, and what is said when it fails."""

import itertools
import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest

from capture.sources import camera
from capture.sources.camera import CameraDetails, CameraSource, open_camera
from capture.sources.uri import parse_uri
from stream.errors import SourceError, UsageError
from stream.protocol.contracts import FrameSource, Pixels
from tests.contracts.source_contract import SourceContract, buffer, frame, grabbed
from tests.doubles.media import card


class StandIn:
    """Behaves as a cv2.VideoCapture that gives these frames, then fails."""

    def __init__(self, frames: Iterable[Pixels], present: bool = True) -> None:
        self.opened_with: tuple[int | str, int, Sequence[int]] | None = None
        self.asked: dict[int, float] = {}
        self.released = False
        self._frames = iter(frames)
        self._held: Pixels | None = None
        self._present = present

    def connect(self, device: int | str, backend: int, settings: Sequence[int]) -> cv2.VideoCapture:
        self.opened_with = (device, backend, settings)
        return cast("cv2.VideoCapture", self)

    def isOpened(self) -> bool:  # noqa: N802
        return self._present

    def set(self, key: int, value: float) -> bool:
        self.asked[key] = value
        return True

    def get(self, key: int) -> float:
        return {cv2.CAP_PROP_FPS: 60.0}.get(key, 0.0)

    def grab(self) -> bool:
        self._held = next(self._frames, None)
        return self._held is not None

    def retrieve(self, out: Pixels | None = None) -> tuple[bool, Pixels | None]:
        if self._held is None or out is None or out.shape != self._held.shape:
            return self._held is not None, self._held
        out[:] = self._held
        return True, out

    def read(self) -> tuple[bool, Pixels | None]:
        self.grab()
        return self.retrieve()

    def release(self) -> None:
        self.released = True


def opened(stand_in: StandIn, uri: str = "camera:0") -> CameraSource:
    return open_camera(parse_uri(uri), stand_in.connect)


class TestCamera(SourceContract):
    def open(self, folder: Path) -> FrameSource:
        return opened(StandIn(card(number) for number in itertools.count()), f"camera:{folder}/video0")


def test_it_is_live_and_endless() -> None:
    source = opened(StandIn([card(0), card(1)]))
    assert source.live
    assert source.frame_count is None
    assert source.fps == 60.0


def test_the_first_frame_is_given_up_for_its_size() -> None:
    np.testing.assert_array_equal(frame(opened(StandIn([card(0), card(1)]))), card(1))


def test_what_is_wished_is_asked_for() -> None:
    stand_in = StandIn([card(0)])
    opened(stand_in, "camera:2?width=1920&height=1080&fps=60&fourcc=MJPG")
    assert stand_in.opened_with is not None
    assert stand_in.opened_with[0] == 2
    assert stand_in.asked == {
        cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*"MJPG"),
        cv2.CAP_PROP_FRAME_WIDTH: 1920,
        cv2.CAP_PROP_FRAME_HEIGHT: 1080,
        cv2.CAP_PROP_FPS: 60,
        cv2.CAP_PROP_BUFFERSIZE: 1,
    }
    assert next(iter(stand_in.asked)) == cv2.CAP_PROP_FOURCC


def test_a_size_that_the_camera_does_not_have_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        source = opened(StandIn([card(0)]), "camera:0?width=1920&height=1080")
    assert (source.width, source.height) == (320, 240)
    assert "camera:0 gives 320x240 instead of 1920x1080" in caplog.text


def test_time_runs_from_the_first_frame() -> None:
    clock = iter([100.0, 100.5, 102.0])
    source = CameraSource(
        StandIn([card(0)] * 4).connect(0, 0, []), "camera-0", CameraDetails("camera:0", "", 5), lambda: next(clock)
    )
    assert [grabbed(source).time_s for _ in range(3)] == [0.0, 0.5, 2.0]


def test_a_camera_that_stops_says_after_how_many_frames() -> None:
    source = opened(StandIn([card(0), card(1), card(2)]), "camera:0?timeout_s=2")
    grabbed(source), grabbed(source)
    for _ in range(2):
        with pytest.raises(SourceError, match=r"camera:0 stopped giving frames after 2 \(waited for up to 2 s\)"):
            source.grab()


def test_after_closing_there_are_no_more_frames() -> None:
    stand_in = StandIn([card(0), card(1)])
    source = opened(stand_in)
    source.close()
    assert stand_in.released
    assert source.grab() is None


def test_a_camera_that_changes_its_size_is_refused() -> None:
    source = opened(StandIn([card(0), card(1, 160, 120)]))
    grabbed(source)
    with pytest.raises(SourceError, match="changed its frames from 320x240 to 160x120"):
        source.retrieve(buffer(source))


def test_a_camera_cannot_go_back() -> None:
    with pytest.raises(SourceError, match="is live"):
        opened(StandIn([card(0)])).seek(0)


def test_a_camera_without_a_picture_is_let_go() -> None:
    stand_in = StandIn([])
    with pytest.raises(SourceError, match="camera:0 is there but gives no picture"):
        opened(stand_in)
    assert stand_in.released


def test_pixels_that_are_no_colour_are_refused() -> None:
    stand_in = StandIn([np.zeros((240, 320), np.uint8)])
    with pytest.raises(SourceError, match=r"pixels of shape \(240, 320\), not colour"):
        opened(stand_in)
    assert stand_in.released


@pytest.mark.parametrize("uri", ["camera:", "camera:left", "camera:-1", "camera:1234"])
def test_what_names_no_camera_is_refused(uri: str) -> None:
    with pytest.raises(UsageError, match="names no camera"):
        opened(StandIn([card(0)]), uri)


def test_a_wrong_option_is_answered_with_the_right_one() -> None:
    with pytest.raises(UsageError, match="Did you mean width"):
        opened(StandIn([card(0)]), "camera:0?widht=640")


def test_a_missing_camera_names_those_that_are_there(tmp_path: Path) -> None:
    assert camera.why_closed("3", tmp_path).endswith("does not exist. Connected: none; plug one in.")
    for number in (0, 2):
        (tmp_path / f"video{number}").touch()
    assert camera.why_closed("3", tmp_path).endswith("Connected: 0, 2.")


def test_a_camera_that_is_there_is_forbidden_or_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "video0").touch()
    assert camera.why_closed("0", tmp_path).endswith("Another program may be using it.")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "Join the group 'video'" in camera.why_closed("0", tmp_path)


def test_a_device_file_that_cannot_be_opened_is_named() -> None:
    with pytest.raises(SourceError, match="There is no camera /dev/v4l/by-id/none"):
        opened(StandIn([], present=False), "camera:/dev/v4l/by-id/none")


def test_without_hardware_the_real_backend_says_so() -> None:
    with pytest.raises(SourceError, match="There is no camera 97"):
        open_camera(parse_uri("camera:97"))
