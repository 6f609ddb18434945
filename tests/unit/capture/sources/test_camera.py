"""A camera on this machine, with a stand-in for the hardware: what is asked of it, and what is said when it fails."""

import itertools
import logging
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from capture.sources import camera
from capture.sources.camera import CameraDetails, CameraSource, open_camera
from capture.sources.camera_settings import CameraOptions
from capture.sources.uri import parse_uri
from stream.errors import FrameError, SourceError, UsageError
from stream.protocol.contracts import FrameSource, Pixels
from tests.contracts.source_contract import SourceContract, buffer, frame, grabbed
from tests.doubles.media import card


class StandIn:
    """Behaves as a cv2.VideoCapture that gives these frames, then fails.

    fixed: properties that it keeps whatever is asked. refuses: those that it does not let anyone set.
    """

    def __init__(
        self,
        frames: Iterable[npt.NDArray[Any]],
        present: bool = True,
        fixed: Mapping[int, float] | None = None,
        refuses: Collection[int] = (),
    ) -> None:
        self._fixed, self._refuses = fixed or {}, refuses
        self.opened_with: tuple[int | str, int, Sequence[int]] | None = None
        self.asked: dict[int, float] = {}
        self.released = False
        self._frames = iter(frames)
        self._held: npt.NDArray[Any] | None = None
        self._present = present

    def connect(self, device: int | str, backend: int, settings: Sequence[int]) -> cv2.VideoCapture:
        self.opened_with = (device, backend, settings)
        return cast("cv2.VideoCapture", self)

    def isOpened(self) -> bool:  # noqa: N802
        return self._present

    def set(self, key: int, value: float) -> bool:
        self.asked[key] = value
        return key not in self._refuses

    def get(self, key: int) -> float:
        return {cv2.CAP_PROP_FPS: 60.0, **self.asked, **self._fixed}.get(key, 0.0)

    def grab(self) -> bool:
        self._held = next(self._frames, None)
        return self._held is not None

    def retrieve(self, out: Pixels | None = None) -> tuple[bool, npt.NDArray[Any] | None]:
        if self._held is None or out is None or out.shape != self._held.shape:
            return self._held is not None, self._held
        out[:] = self._held
        return True, out

    def read(self) -> tuple[bool, npt.NDArray[Any] | None]:
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
    source = opened(stand_in, "camera:2?width=320&height=240&fps=60&fourcc=YUYV&exposure_us=8000&gain=5")
    assert stand_in.opened_with is not None
    assert stand_in.opened_with[0] == 2
    assert stand_in.asked == {
        cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*"YUYV"),
        cv2.CAP_PROP_AUTO_EXPOSURE: 1,
        cv2.CAP_PROP_FRAME_WIDTH: 320,
        cv2.CAP_PROP_FRAME_HEIGHT: 240,
        cv2.CAP_PROP_FPS: 60,
        cv2.CAP_PROP_EXPOSURE: 80,
        cv2.CAP_PROP_GAIN: 5,
        cv2.CAP_PROP_BUFFERSIZE: 1,
    }
    assert next(iter(stand_in.asked)) == cv2.CAP_PROP_FOURCC
    assert source.device_settings == {
        "width": "320",
        "height": "240",
        "fps": "60",
        "exposure_us": "8000",
        "gain": "5",
        "fourcc": "YUYV",
        "auto_exposure": "false",
    }
    assert source.treatment == ""


def test_a_size_that_the_camera_does_not_have_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        source = opened(StandIn([card(0)]), "camera:0?width=1920&height=1080")
    assert (source.width, source.height) == (320, 240)
    assert source.treatment == "the camera gives width 320 instead of 1920; height 240 instead of 1080"
    assert "camera:0 gives width 320 instead of 1920" in caplog.text


def test_what_the_camera_makes_of_it_is_said_in_one_line() -> None:
    fixed = {cv2.CAP_PROP_FPS: 30.0, cv2.CAP_PROP_AUTO_EXPOSURE: 3, cv2.CAP_PROP_EXPOSURE: 156, cv2.CAP_PROP_GAIN: 0}
    source = opened(StandIn([card(0)], fixed=fixed), "camera:0?fps=60&exposure_us=8000&gain=5")
    assert source.treatment == (
        "the camera gives fps 30 instead of 60; exposure_us 15600 instead of 8000; no gain; "
        "auto_exposure true instead of false"
    )


def raw_camera(fourcc: str, frames: Iterable[npt.NDArray[Any]], refuses: Collection[int] = ()) -> StandIn:
    return StandIn(frames, fixed={cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*fourcc)}, refuses=refuses)


def jpeg(number: int, cut: int | None = None, behind: int = 0) -> npt.NDArray[Any]:
    """Return a camera's buffer of one JPEG: cut off, or followed by what was in the buffer before."""
    data = cv2.imencode(".jpg", card(number))[1].tobytes()[:cut] + b"\xff\xd9 old" * behind
    return np.frombuffer(data, np.uint8).reshape(1, -1)


def test_a_jpeg_of_a_camera_is_whole_or_a_failed_frame() -> None:
    stand_in = raw_camera("MJPG", [jpeg(0, cut=400), jpeg(0), jpeg(1, behind=9), jpeg(2, cut=3000), jpeg(3)])
    source = opened(stand_in)
    assert stand_in.asked[cv2.CAP_PROP_CONVERT_RGB] == 0
    assert np.abs(frame(source).astype(int) - card(1)).mean() < 4
    grabbed(source)
    with pytest.raises(FrameError, match=r"camera:0 gave a frame that cannot be shown: A JPEG picture was cut off"):
        source.retrieve(buffer(source))
    assert np.abs(frame(source).astype(int) - card(3)).mean() < 4


def test_a_camera_of_damaged_jpegs_alone_is_refused() -> None:
    stand_in = raw_camera("MJPG", [jpeg(0, cut=400)] * 50)
    with pytest.raises(SourceError, match="gives no picture that can be read"):
        opened(stand_in)
    assert stand_in.released


def test_a_camera_whose_jpegs_change_their_size_is_opened_again() -> None:
    larger = cv2.imencode(".jpg", card(1, 640, 480))[1].reshape(1, -1)
    source = opened(raw_camera("MJPG", [jpeg(0), larger]))
    grabbed(source)
    with pytest.raises(SourceError, match="640x480 now, not 320x240") as caught:
        source.retrieve(buffer(source))
    assert not isinstance(caught.value, FrameError)


@pytest.mark.parametrize(("fourcc", "kind", "value"), [("GREY", np.uint8, 77), ("Y16 ", np.uint16, 77 * 256 + 5)])
def test_grey_samples_keep_their_upper_8_bits(fourcc: str, kind: type, value: int) -> None:
    source = opened(raw_camera(fourcc, [np.full((240, 320), value, kind)] * 2))
    assert (frame(source) == 77).all()


def test_a_bayer_mosaic_is_interpolated() -> None:
    mosaic = np.zeros((240, 320), np.uint8)
    mosaic[0::2, 0::2] = 200  # RGGB: red
    source = opened(raw_camera("RGGB", [mosaic] * 2))
    assert frame(source)[100, 100].tolist() == [0, 0, 200]


def test_a_camera_that_gives_no_raw_pictures_is_read_as_opencv_reads_it() -> None:
    source = opened(raw_camera("MJPG", [card(0), card(1)], refuses=[cv2.CAP_PROP_CONVERT_RGB]))
    np.testing.assert_array_equal(frame(source), card(1))


def test_time_runs_from_the_first_frame() -> None:
    clock = iter([100.0, 100.5, 102.0])
    source = CameraSource(
        StandIn([card(0)] * 4).connect(0, 0, []),
        "camera-0",
        CameraDetails("camera:0", "", 5),
        CameraOptions(),
        lambda: next(clock),
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
