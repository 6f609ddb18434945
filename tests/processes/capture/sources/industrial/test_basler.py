"""Basler's own emulation of a camera, which fails if a test wants that."""

from pathlib import Path

import pytest

from capture.sources.industrial.basler import found_basler
from capture.sources.industrial.source import IndustrialSource
from capture.sources.opening import open_source
from stream.errors import FrameError, SourceError
from stream.protocol.contracts import FrameSource
from tests.conftest import missing
from tests.contracts.source_contract import SourceContract, buffer, grabbed

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _emulation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYLON_CAMEMU", "1")
    try:
        found_basler()
    except SourceError as error:
        missing(str(error))


class TestBasler(SourceContract):
    def open(self, _: Path) -> FrameSource:
        return open_source("basler:?width=640&height=480&fps=100")


def test_settings_are_set_and_read_back() -> None:
    source = open_source("basler:0815-0000?width=1920&height=1080&fps=40&exposure_us=5000&pixel_format=BayerRG12")
    assert isinstance(source, IndustrialSource)
    assert (source.width, source.height, source.fps, source.treatment) == (1920, 1080, 40, "")
    assert {"exposure_us": "5000.0", "pixel_format": "BayerRG12"}.items() <= source.device_settings.items()
    source.close()


def test_a_value_beyond_the_camera_is_told_and_the_run_goes_on() -> None:
    source = open_source("basler:?width=16000&packet_size=200")
    assert isinstance(source, IndustrialSource)
    assert source.treatment.startswith("the camera gives width 1024 instead of 16000 (")
    source.close()


def test_a_buffer_that_failed_is_a_frame_that_failed_and_the_next_one_is_whole() -> None:
    source = open_source("basler:?width=640&height=480&fps=100")
    assert isinstance(source, IndustrialSource)
    switches = source._device.features  # the emulation's own
    switches.write("ForceFailedBufferCount", "3")
    switches.write("ForceFailedBuffer", "1")
    whole: list[bool] = []
    lost = 0
    while not whole or not whole[-1] or all(whole):
        lost += grabbed(source).lost_before
        try:
            source.retrieve(buffer(source))
            whole.append(True)
        except FrameError:
            whole.append(False)
    assert whole.count(False) + lost == 3
    source.close()


def test_cameras_are_found_and_one_that_is_not_there_is_named() -> None:
    assert "basler:0815-0000" in [one.uri for one in found_basler()]
    with pytest.raises(SourceError, match=r"has no device 4711\. Connected: 0815-0000"):
        open_source("basler:4711")
