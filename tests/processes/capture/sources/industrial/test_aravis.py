"""GigE Vision for real: aravis' fake camera over loopback."""

import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from capture.sources.industrial.aravis import found_aravis
from capture.sources.industrial.source import IndustrialSource
from capture.sources.opening import open_source
from stream.errors import FrameError, SourceError
from stream.protocol.contracts import FrameSource
from tests.contracts.source_contract import SourceContract, buffer, grabbed
from tests.doubles.devices.gige_camera import URI, GigeCamera, gige_camera
from tests.running import eventually

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture(scope="module")
def camera() -> Iterator[GigeCamera]:
    with gige_camera() as running:
        yield running


@pytest.mark.usefixtures("camera")
class TestAravis(SourceContract):
    def open(self, _: Path) -> FrameSource:
        return open_source(f"{URI}?width=640&height=480&fps=60&packet_size=9000")


@pytest.mark.usefixtures("camera")
def test_settings_are_set_read_back_and_what_differs_is_told() -> None:
    source = open_source("aravis:TEST01?width=1920&height=1080&fps=50&exposure_us=4000&gain=2&pixel_format=Mono16")
    assert isinstance(source, IndustrialSource)
    assert (source.width, source.height, source.treatment) == (1920, 1080, "")
    assert source.fps == pytest.approx(50, rel=0.01)
    assert {"exposure_us": "4000", "gain": "2", "pixel_format": "Mono16"}.items() <= source.device_settings.items()
    grabbed(source)
    source.retrieve(buffer(source))
    source.close()


@pytest.mark.usefixtures("camera")
def test_frame_ids_and_the_devices_clock_go_with_each_frame() -> None:
    source = open_source(f"{URI}?width=640&height=480&fps=100")
    grabs = [grabbed(source) for _ in range(200)]  # it counts 16 bits, from 65400 on: they wrap
    source.close()
    numbers = [grab.device_frame or 0 for grab in grabs]
    assert (numbers[0] > 65000, numbers[-1] < 1000) == (True, True)
    assert (numbers[-1] - numbers[0]) % 65535 == len(grabs) - 1 + sum(grab.lost_before for grab in grabs[1:])
    clock = [grab.device_ns or 0 for grab in grabs]
    assert clock == sorted(clock)
    assert abs(time.time_ns() - clock[-1]) < 1e9


def test_a_lost_packet_makes_a_failed_frame_and_never_a_whole_one(camera: GigeCamera) -> None:
    camera.stop()
    camera.lost_per_mille = 10
    camera.start()
    source = open_source(f"{URI}?width=640&height=480&fps=60&packet_size=9000")
    failed = whole = 0
    while not failed or not whole:
        grabbed(source)
        try:
            source.retrieve(buffer(source))
            whole += 1
        except FrameError:
            failed += 1
    source.close()
    camera.stop()
    camera.lost_per_mille = 0
    camera.start()


def test_a_camera_without_power_is_lost_and_found_again_in_the_same_process(camera: GigeCamera) -> None:
    uri = f"{URI}?width=640&height=480&timeout_s=0.5"
    source = open_source(uri)
    grabbed(source)
    camera.stop()
    with pytest.raises(SourceError, match=r"gave no frame for 0\.5 s"):
        deque(iter(source.grab, None), maxlen=0)
    source.close()
    camera.start()

    def again() -> FrameSource | None:
        try:
            return open_source(uri)
        except SourceError:
            return None

    found = eventually(again, "the camera is found again")
    grabbed(found)
    found.close()


@pytest.mark.usefixtures("camera")
def test_cameras_are_found_and_one_that_is_not_there_is_named() -> None:
    assert [one.uri for one in found_aravis()] == ["aravis:TEST01"]
    with pytest.raises(SourceError, match=r"has no device NONE\. Connected: TEST01"):
        open_source("aravis:NONE")
