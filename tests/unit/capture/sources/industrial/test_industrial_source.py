"""The source over a device that a test leads: newest first, nothing stale, nothing lost without a count."""

import itertools
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from capture.sources.industrial.device import FilledBuffer, IndustrialOptions
from capture.sources.industrial.source import IndustrialSource
from stream.errors import FrameError, SourceError
from stream.protocol.contracts import FrameSource
from tests.contracts.source_contract import SourceContract, buffer, grabbed
from tests.unit.capture.sources.industrial.test_industrial_settings import Features


class Device:
    """Eight buffers, filled when the test says so, else with one frame whenever one is wanted."""

    label, serial, buffers = "toy:1", "1", 8

    def __init__(self, endless: bool = True) -> None:
        self.features = Features({"Width": "32", "Height": "16", "PixelFormat": "Mono8", "AcquisitionFrameRate": "25"})
        self.waiting: deque[FilledBuffer] = deque()
        self.endless, self.released, self.closed = endless, 0, ""
        self.ids = itertools.count(1)
        self.waiting.append(self.frame())

    def frame(self, frame_id: int | None = None, width: int = 32, fault: str = "", padding: int = 0) -> FilledBuffer:
        number = next(self.ids) if frame_id is None else frame_id
        data = np.random.default_rng(number).integers(0, 256, 16 * (width + padding), np.uint8)
        return FilledBuffer(data, width, 16, padding, number, number * 1000, fault, self._take_back)

    def start(self) -> None:
        pass

    def pop(self, timeout_s: float) -> FilledBuffer | None:
        if self.waiting:
            return self.waiting.popleft()
        return self.frame() if self.endless and timeout_s > 0 else None

    def close(self, *, lost: bool) -> None:
        self.closed += "lost" if lost else "closed"

    def _take_back(self) -> None:
        self.released += 1


def opened(device: Device, **options: float | str) -> IndustrialSource:
    """Open a source whose clock runs a second for every look at it."""
    return IndustrialSource("toy", device, IndustrialOptions(**options), itertools.count().__next__)  # type: ignore[arg-type]


class TestContract(SourceContract):
    def open(self, _: Path) -> FrameSource:
        return IndustrialSource("toy", Device(), IndustrialOptions())


@pytest.fixture
def device() -> Device:
    return Device(endless=False)


@pytest.fixture
def source(device: Device) -> Iterator[IndustrialSource]:
    found = opened(device)
    yield found
    found.close()


def test_the_newest_frame_wins_and_those_before_it_are_counted(device: Device, source: IndustrialSource) -> None:
    device.waiting.extend(device.frame() for _ in range(3))
    grab = grabbed(source)
    assert (grab.index, grab.device_frame, grab.device_ns, grab.lost_before) == (0, 4, 4000, 2)


def test_when_all_buffers_are_filled_even_the_newest_is_too_old(device: Device, source: IndustrialSource) -> None:
    device.waiting.extend(device.frame() for _ in range(7))
    device.endless = True
    grab = grabbed(source)
    assert (grab.device_frame, grab.lost_before) == (9, 7)


def test_a_frame_that_is_handed_over_twice_is_taken_once(device: Device, source: IndustrialSource) -> None:
    device.waiting.append(device.frame(frame_id=1))
    with pytest.raises(SourceError, match="gave no frame for 5 s"):
        source.grab()


def test_a_frame_that_is_not_whole_is_one_that_failed(device: Device, source: IndustrialSource) -> None:
    device.waiting.append(device.frame(width=0, fault="packets of it are missing"))
    grab = grabbed(source)
    assert (grab.width, grab.height) == (32, 16)
    with pytest.raises(FrameError, match="packets of it are missing"):
        source.retrieve(buffer(source))


def test_a_frame_of_another_size_breaks_the_source(device: Device, source: IndustrialSource) -> None:
    device.waiting.append(device.frame(width=64))
    with pytest.raises(SourceError, match="from 32x16 to 64x16"):
        source.grab()


def test_bytes_between_lines_are_left_out(device: Device, source: IndustrialSource) -> None:
    frame = device.frame(padding=4)
    device.waiting.append(frame)
    grabbed(source)
    out = buffer(source)
    source.retrieve(out)
    np.testing.assert_array_equal(out[..., 0], frame.data.reshape(16, 36)[:, :32])


def test_a_camera_that_falls_silent_is_lost_and_nobody_waits_for_it(device: Device, source: IndustrialSource) -> None:
    with pytest.raises(SourceError, match="Check cable, power"):
        source.grab()
    source.close()
    source.close()
    assert device.closed == "lost"
    assert source.grab() is None


def test_every_buffer_goes_back_to_the_library(device: Device, source: IndustrialSource) -> None:
    for _ in range(5):
        device.waiting.append(device.frame())
        grabbed(source)
    source.close()
    assert device.released == 6


def test_a_format_that_cannot_be_read_is_refused_and_the_camera_let_go(device: Device) -> None:
    device.features.values["PixelFormat"] = "Coord3D_C16"
    with pytest.raises(SourceError, match="Coord3D_C16 cannot be read"):
        opened(device)
    assert device.closed == "closed"


def test_what_the_camera_did_not_take_is_kept_and_logged_once(device: Device, caplog: pytest.LogCaptureFixture) -> None:
    source = opened(device, gain=3)
    assert source.treatment == "the camera gives no gain"
    assert source.device_settings["pixel_format"] == "Mono8"
    assert [record.getMessage() for record in caplog.records] == ["toy:1 gives no gain"]
