"""What a camera is asked for through OpenCV, set in an order that works, read back and compared.

Units are those of V4L2: exposure in 100 µs (V4L2_CID_EXPOSURE_ABSOLUTE), its automatic 3 or, if switched off, 1
(V4L2_EXPOSURE_APERTURE_PRIORITY, V4L2_EXPOSURE_MANUAL); gain as the camera counts it.
"""

from dataclasses import dataclass
from typing import Annotated, Final

import cv2
import msgspec

from capture.sources.applied_settings import AppliedSettings, difference

_AUTO, _MANUAL = 3, 1
_US_PER_STEP: Final = 100

Count = Annotated[int, msgspec.Meta(ge=1, le=16384)]


class CameraOptions(msgspec.Struct, frozen=True):
    """What to ask the camera for; it may give something else, which is then used and said.

    fourcc: pixel format such as MJPG, which most USB cameras need for 1080p at full speed. exposure_us: exposure time;
    switches its automatic off, as auto_exposure=false does. timeout_s: how long to wait for a frame.
    """

    width: Count | None = None
    height: Count | None = None
    fps: Annotated[float, msgspec.Meta(gt=0, le=1000)] | None = None
    fourcc: Annotated[str, msgspec.Meta(min_length=4, max_length=4)] | None = None
    auto_exposure: bool | None = None
    exposure_us: Annotated[float, msgspec.Meta(gt=0, le=10_000_000)] | None = None
    gain: Annotated[float, msgspec.Meta(ge=0, le=100_000)] | None = None
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 5.0


@dataclass(frozen=True, slots=True)
class _Setting:
    """An option, the property of OpenCV behind it, and how many of the option's units one of the property's has."""

    option: str
    key: int
    scale: float = 1.0


# The pixel format first: it decides which sizes and rates there are. The automatic before what it would change.
_SETTINGS: Final = (
    _Setting("width", cv2.CAP_PROP_FRAME_WIDTH),
    _Setting("height", cv2.CAP_PROP_FRAME_HEIGHT),
    _Setting("fps", cv2.CAP_PROP_FPS),
    _Setting("exposure_us", cv2.CAP_PROP_EXPOSURE, _US_PER_STEP),
    _Setting("gain", cv2.CAP_PROP_GAIN),
)


def fourcc_of(capture: cv2.VideoCapture) -> str:
    """Return the pixel format that a camera gives, four characters; empty if it does not say."""
    code = int(capture.get(cv2.CAP_PROP_FOURCC))
    return code.to_bytes(4, "little").decode("ascii", "replace") if 0 < code < 2**32 else ""


def apply(capture: cv2.VideoCapture, options: CameraOptions) -> None:
    """Set what the options ask for."""
    if options.fourcc:
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*options.fourcc))
    automatic = _wanted_automatic(options)
    if automatic is not None:
        capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, _AUTO if automatic else _MANUAL)
    for one in _SETTINGS:
        asked = getattr(options, one.option)
        if asked is not None:
            capture.set(one.key, asked / one.scale)


def read_back(capture: cv2.VideoCapture, options: CameraOptions, size: tuple[int, int]) -> AppliedSettings:
    """Return what the camera made of the options. size: width and height of its frames, which count more than words."""
    values = {one.option: capture.get(one.key) * one.scale for one in _SETTINGS}
    values |= {"width": size[0], "height": size[1]}
    told = {name: f"{value:g}" for name, value in values.items() if value > 0}
    asked = {one.option: f"{value:g}" for one in _SETTINGS if (value := getattr(options, one.option)) is not None}
    if fourcc := fourcc_of(capture):
        told["fourcc"] = fourcc
    if options.fourcc:
        asked["fourcc"] = options.fourcc
    automatic, exposure = _wanted_automatic(options), capture.get(cv2.CAP_PROP_AUTO_EXPOSURE)
    if exposure > 0:
        told["auto_exposure"] = str(exposure != _MANUAL).lower()
    if automatic is not None:
        asked["auto_exposure"] = str(automatic).lower()
    phrases = (difference(name, wanted, told.get(name)) for name, wanted in asked.items())
    return AppliedSettings(told, tuple(filter(None, phrases)))


def _wanted_automatic(options: CameraOptions) -> bool | None:
    return False if options.exposure_us is not None else options.auto_exposure
