"""Cameras in the network hold what every source, and every live one, must."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from capture.sources.opening import open_source
from stream.protocol.contracts import FrameSource
from tests.contracts.source_contract import DamageContract, NetworkContract
from tests.doubles.cameras.fake_camera import FakeCamera, fake_camera
from tests.doubles.cameras.rtsp_camera import RtspCamera, rtsp_camera


class TestMotionJpeg(DamageContract, NetworkContract):
    camera: FakeCamera

    @pytest.fixture(autouse=True)
    def _camera(self) -> Iterator[None]:
        with fake_camera(fps=100.0) as self.camera:
            yield

    def open(self, folder: Path) -> FrameSource:
        return open_source(f"http://admin:{self.SECRET}@{self.camera.place}/{folder.name}?{self.SECRET}#timeout_s=2")

    def lose(self) -> None:
        self.camera.mood = "unplugged"

    def find(self) -> None:
        self.camera.mood = "well"

    def damage(self) -> None:
        self.camera.mood = "cut"


@pytest.fixture(scope="module")
def sending_jpeg() -> Iterator[RtspCamera]:
    with rtsp_camera("jpeg") as camera:
        yield camera


@pytest.fixture(scope="module")
def sending_h264() -> Iterator[RtspCamera]:
    with rtsp_camera("h264") as camera:
        yield camera


class RtspContract(NetworkContract):
    camera: RtspCamera

    def open(self, folder: Path) -> FrameSource:  # noqa: ARG002
        return open_source(f"rtsp://admin:{self.SECRET}@{self.camera.place}/live")

    def lose(self) -> None:
        self.camera.switch_off()

    def find(self) -> None:
        self.camera.switch_on()


@pytest.mark.slow
class TestRtspJpeg(RtspContract):
    @pytest.fixture(autouse=True)
    def _camera(self, sending_jpeg: RtspCamera) -> None:
        self.camera = sending_jpeg


@pytest.mark.slow
class TestRtspH264(DamageContract, RtspContract):
    @pytest.fixture(autouse=True)
    def _camera(self, sending_h264: RtspCamera) -> None:
        self.camera = sending_h264

    def find(self) -> None:
        self.camera.switch_on()
        self.camera.lose_packets(0)

    def damage(self) -> None:
        self.camera.lose_packets(0.1)
