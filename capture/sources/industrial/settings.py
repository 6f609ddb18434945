"""The options of industrial cameras as GenICam features: set in an order that works, read back, compared. Pure."""

from collections.abc import Iterator
from typing import Final

from capture.sources.applied_settings import AppliedSettings, difference
from capture.sources.industrial.device import Features, IndustrialOptions
from stream.errors import SourceError

# Names of the Standard Features Naming Convention (SFNC 2.7) first, then those of SFNC 1 and of makers.
_FEATURES: Final = {
    "pixel_format": ("PixelFormat",),
    "width": ("Width",),
    "height": ("Height",),
    "offset_x": ("OffsetX",),
    "offset_y": ("OffsetY",),
    "exposure_us": ("ExposureTime", "ExposureTimeAbs", "ExposureTimeRaw"),
    "gain": ("Gain", "GainRaw"),
    "packet_size": ("GevSCPSPacketSize",),
    "fps": ("AcquisitionFrameRate", "AcquisitionFrameRateAbs"),
}
_FIRST: Final = {
    "exposure_us": (("ExposureAuto", "Off"),),
    "gain": (("GainAuto", "Off"),),
    "fps": (("AcquisitionFrameRateEnable", "true"),),
}
"""What keeps a camera from taking an option, and must be set before it."""
_REGION: Final = ("width", "height", "offset_x", "offset_y")
_RUNNING: Final = (("AcquisitionMode", "Continuous"), ("TriggerSelector", "FrameStart"), ("TriggerMode", "Off"))
_RATES: Final = ("ResultingFrameRate", "AcquisitionResultingFrameRate", *_FEATURES["fps"])


def apply(features: Features, options: IndustrialOptions) -> AppliedSettings:
    """Set what the options ask for, let the camera run freely without a trigger, and return what it made of it."""
    wanted = {name: value for name in _FEATURES if (value := getattr(options, name)) is not None}
    refused: dict[str, str] = {}
    others = tuple(_named(features, options.features)) if options.features else ()
    if not {*_REGION}.isdisjoint(wanted):  # else the old place keeps the new size out
        for name in ("OffsetX", "OffsetY"):
            _try(features, name, "0")
    for name, value in _RUNNING:
        _try(features, name, value)
    for option, value in wanted.items():
        for name, before in _FIRST.get(option, ()):
            _try(features, name, before)
        found = _there(features, option)
        refused[option] = _try(features, found, as_text(value)) if found else ""
    values = {option: told for option in _FEATURES if (told := _reported(features, option)) is not None}
    phrases = (difference(name, as_text(asked), values.get(name), refused[name]) for name, asked in wanted.items())
    return AppliedSettings(values, (*others, *filter(None, phrases)))


def _named(features: Features, wanted: str) -> Iterator[str]:
    """Set features by their own names, and yield a phrase for each that the camera does not take."""
    for one in wanted.split(","):
        name, _, value = one.strip().partition(":")
        if features.read(name) is None:
            yield f"no {name}"
        elif refused := _try(features, name, value):
            yield f"{name} {features.read(name)} instead of {value} ({refused})"


def rate(features: Features) -> float | None:
    """Return the frames per second that the camera says it gives; None if it does not say."""
    for name in _RATES:
        try:
            told = float(features.read(name) or "")
        except ValueError:
            continue
        if 0 < told <= 100_000:
            return told
    return None


def as_text(value: float | str) -> str:
    """Return a value as GenICam reads it: whole numbers without a point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _there(features: Features, option: str) -> str | None:
    return next((name for name in _FEATURES[option] if features.read(name) is not None), None)


def _reported(features: Features, option: str) -> str | None:
    name = _there(features, option)
    return None if name is None else features.read(name)


def _try(features: Features, name: str, value: str) -> str:
    """Set a feature, and return why it was refused; empty if it was not."""
    if features.read(name) is None:
        return ""
    try:
        features.write(name, value)
    except SourceError as error:
        return str(error)
    return ""
