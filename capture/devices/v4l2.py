"""Cameras that Linux knows: their names from /sys, their pixel formats from the driver."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from stream.errors import SourceError
from stream.machine.devices import Found
from stream.machine.files import natural_key

# struct v4l2_fmtdesc of linux/videodev2.h: index, type, flags (32 bits each), description[32], pixelformat, 16 bytes.
_FORMAT_BYTES: Final = 64
_FOURCC_AT: Final = 44
_NEXT_FORMAT: Final = 0xC0405602  # VIDIOC_ENUM_FMT: _IOWR('V', 2, struct v4l2_fmtdesc)
_VIDEO_CAPTURE: Final = 1
_MOST_FORMATS: Final = 64

AskDriver = Callable[[int, int, bytearray], object]
"""As `fcntl.ioctl`. Raises OSError."""


def found_v4l2(
    devices: Path = Path("/dev"),
    names: Path = Path("/sys/class/video4linux"),
    ask: AskDriver | None = None,
) -> list[Found]:
    """Return the cameras of this machine. Raises SourceError on other systems than Linux."""
    if sys.platform != "linux":
        raise SourceError("cameras are listed on Linux only; camera:0 is the first one")
    found = []
    for device in sorted(devices.glob("video*"), key=lambda one: natural_key(one.name)):
        formats = _formats(device, ask)
        if formats == []:  # it gives no pictures: a camera's second device, for what it says of them
            continue
        name = _name(names / device.name / "name")
        known = "closed to you; join the group 'video'" if formats is None else ", ".join(formats)
        found.append(Found(f"camera:{device.name.removeprefix('video')}", f"{name} ({known})"))
    return found


def _name(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return "camera"


def _formats(device: Path, ask: AskDriver | None) -> list[str] | None:
    """Return the pixel formats of a device, such as MJPG; None if it may not be opened."""
    try:
        descriptor = os.open(device, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        return list(_fourccs(descriptor, ask or _ioctl()))
    finally:
        os.close(descriptor)


def _fourccs(descriptor: int, ask: AskDriver) -> Iterator[str]:
    for index in range(_MOST_FORMATS):
        described = bytearray(_FORMAT_BYTES)
        described[0:8] = index.to_bytes(4, sys.byteorder) + _VIDEO_CAPTURE.to_bytes(4, sys.byteorder)
        try:
            ask(descriptor, _NEXT_FORMAT, described)
        except OSError:  # no more of them
            return
        yield described[_FOURCC_AT : _FOURCC_AT + 4].decode("ascii", "replace").strip()


def _ioctl() -> AskDriver:
    import fcntl

    return fcntl.ioctl
