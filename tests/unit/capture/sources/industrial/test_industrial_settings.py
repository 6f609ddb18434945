"""Options become features of the camera; what it makes of them is read back and said."""

from dataclasses import dataclass, field

from capture.sources.industrial.device import IndustrialOptions
from capture.sources.industrial.settings import apply, rate
from stream.errors import SourceError


@dataclass
class Features:
    """Features of a camera that refuses what is beyond its limits."""

    values: dict[str, str]
    most: dict[str, float] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    def read(self, name: str) -> str | None:
        return self.values.get(name)

    def write(self, name: str, value: str) -> None:
        self.written.append(name)
        if name in self.most and float(value) > self.most[name]:
            raise SourceError(f"above {self.most[name]:g}")
        self.values[name] = value


def test_what_was_asked_for_is_set_and_read_back() -> None:
    camera = Features({"Width": "1920", "Height": "1080", "ExposureTime": "10000", "Gain": "0", "PixelFormat": "Mono8"})
    options = IndustrialOptions(width=640, height=480, exposure_us=2500.5, gain=3, pixel_format="Mono12p")
    applied = apply(camera, options)
    assert applied.differences == ()
    assert applied.values == {
        "pixel_format": "Mono12p",
        "width": "640",
        "height": "480",
        "exposure_us": "2500.5",
        "gain": "3",
    }


def test_what_the_camera_does_not_take_is_told_with_its_reason() -> None:
    camera = Features({"Width": "1920", "AcquisitionFrameRate": "30.0003"}, most={"Width": 1920})
    applied = apply(camera, IndustrialOptions(width=4000, fps=30, gain=3))
    assert applied.differences == ("width 1920 instead of 4000 (above 1920)", "no gain")


def test_names_of_older_cameras_are_used_too() -> None:
    camera = Features({"ExposureTimeAbs": "1", "GainRaw": "1", "AcquisitionFrameRateAbs": "1"})
    apply(camera, IndustrialOptions(exposure_us=9000, gain=7, fps=12.5))
    assert camera.values == {"ExposureTimeAbs": "9000", "GainRaw": "7", "AcquisitionFrameRateAbs": "12.5"}


def test_the_region_goes_back_to_the_corner_before_it_grows() -> None:
    camera = Features(dict.fromkeys(("Width", "Height", "OffsetX", "OffsetY"), "64"))
    apply(camera, IndustrialOptions(width=800, offset_x=32))
    assert camera.written == ["OffsetX", "OffsetY", "Width", "OffsetX"]
    assert camera.values == {"Width": "800", "Height": "64", "OffsetX": "32", "OffsetY": "0"}


def test_automatics_and_triggers_are_switched_off() -> None:
    camera = Features({"ExposureAuto": "Continuous", "ExposureTime": "1", "TriggerMode": "On", "GainAuto": "Once"})
    apply(camera, IndustrialOptions(exposure_us=100))
    assert camera.values == {"ExposureAuto": "Off", "ExposureTime": "100", "TriggerMode": "Off", "GainAuto": "Once"}


def test_any_other_feature_is_set_by_its_own_name() -> None:
    camera = Features({"BalanceWhiteAuto": "Once", "Gamma": "2"}, most={"Gamma": 4})
    applied = apply(camera, IndustrialOptions(features="BalanceWhiteAuto:Off, Gamma:9,Hue:1"))
    assert camera.values == {"BalanceWhiteAuto": "Off", "Gamma": "2"}
    assert applied.differences == ("Gamma 2 instead of 9 (above 4)", "no Hue")


def test_the_rate_is_what_the_camera_reaches() -> None:
    assert rate(Features({"ResultingFrameRate": "17.5", "AcquisitionFrameRate": "60"})) == 17.5
    assert rate(Features({"AcquisitionFrameRate": "0"})) is None
    assert rate(Features({})) is None
