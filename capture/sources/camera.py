"""Cameras on this machine, through OpenCV: `camera:0`."""

import logging
import math
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import cv2
import msgspec

from capture.sources.naming import safe_name
from capture.sources.opencv import Connect, connect, decode, hush
from capture.sources.options import options_as
from capture.sources.uri import SourceUri
from stream.errors import SourceError, UsageError
from stream.protocol.contracts import Grab, Pixels

_LOCAL_BACKEND: Final = cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY
_V4L_TIMEOUT: Final = "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"

Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]
Count = Annotated[int, msgspec.Meta(ge=1, le=16384)]

log = logging.getLogger(__name__)


class CameraOptions(msgspec.Struct, frozen=True):
    """What to ask the camera for; it may give something else, which is then used and logged.

    fourcc: pixel format such as MJPG, which most USB cameras need for 1080p at full speed.
    timeout_s: how long to wait for a frame.
    """

    width: Count | None = None
    height: Count | None = None
    fps: Annotated[float, msgspec.Meta(gt=0, le=1000)] | None = None
    fourcc: Annotated[str, msgspec.Meta(min_length=4, max_length=4)] | None = None
    timeout_s: Seconds = 5.0


@dataclass(frozen=True, slots=True)
class CameraDetails:
    """Which camera, as people may read it. label: for sentences; remedy: what to look at when it fails."""

    label: str
    remedy: str
    timeout_s: float


def open_camera(uri: SourceUri, connect: Connect = connect) -> "CameraSource":
    """Open `camera:0?width=1920&fps=60` and `camera:/dev/v4l/by-id/…`. Raises SourceError, UsageError."""
    options = options_as(uri, CameraOptions)
    numbered = re.fullmatch(r"[0-9]{1,3}", uri.path) is not None
    if not numbered and not uri.path.startswith("/"):
        raise UsageError(f"camera:{uri.path} names no camera. Write its number, camera:0, or its device file.")
    hush()
    os.environ.setdefault(_V4L_TIMEOUT, str(math.ceil(options.timeout_s)))
    camera = CameraDetails(
        f"camera:{uri.path}", "Check the cable, and that no other program uses it.", options.timeout_s
    )
    capture = connect(int(uri.path) if numbered else uri.path, _LOCAL_BACKEND, [])
    if not capture.isOpened():
        known = sys.platform == "linux"
        raise SourceError(why_closed(uri.path) if known else f"{camera.label} cannot be opened. {camera.remedy}")
    _ask_for(capture, options)
    source = CameraSource(capture, safe_name(f"camera-{Path(uri.path).name}"), camera)
    asked = (options.width or source.width, options.height or source.height)
    if asked != (source.width, source.height):
        log.warning("%s gives %dx%d instead of %dx%d", camera.label, source.width, source.height, *asked)
    return source


class CameraSource:
    """A camera that is already connected; see `stream.protocol.contracts.FrameSource`.

    time_s is the time since the first frame.
    """

    live = True
    frame_count: int | None = None

    def __init__(
        self, capture: cv2.VideoCapture, name: str, camera: CameraDetails, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take one frame, for its size, and drop it. Raises SourceError if none comes."""
        self.name = name
        self._capture, self._camera, self._clock = capture, camera, clock
        self._index, self._started_s, self._closed = -1, 0.0, False
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        done, first = capture.read()
        if not done:
            capture.release()
            raise SourceError(f"{camera.label} is there but gives no picture. {camera.remedy}")
        if first.shape[2:] != (3,):
            capture.release()
            raise SourceError(f"{camera.label} gives pixels of shape {first.shape}, not colour; set its format.")
        self.height, self.width = first.shape[:2]
        fps = capture.get(cv2.CAP_PROP_FPS)
        self.fps = fps if 0 < fps <= 1000 else None

    def grab(self) -> Grab | None:
        """Wait for the next frame. Raises SourceError when none comes in time; None only after close."""
        if self._closed:
            return None
        if not self._capture.grab():
            raise SourceError(
                f"{self._camera.label} stopped giving frames after {self._index + 1} "
                f"(waited for up to {self._camera.timeout_s:g} s). {self._camera.remedy}"
            )
        now_s = self._clock()
        if self._index < 0:
            self._started_s = now_s
        self._index += 1
        return Grab(self._index, str(self._index), now_s - self._started_s, self.width, self.height)

    def retrieve(self, out: Pixels) -> None:
        """Decode the grabbed frame into `out`, (height, width, 3) uint8 BGR. Raises SourceError."""
        if self._closed or self._index < 0:
            raise SourceError(f"No frame of {self._camera.label} is grabbed.")
        label, before = self._camera.label, f"{self.width}x{self.height}"
        decode(
            self._capture,
            out,
            f"{label} gave a frame that cannot be decoded. {self._camera.remedy}",
            lambda size: f"{label} changed its frames from {before} to {size}; start again to go on.",
        )

    def seek(self, index: int) -> None:
        """Raise SourceError always: what a camera saw is gone."""
        raise SourceError(f"{self._camera.label} is live; it cannot go to frame {index}.")

    def close(self) -> None:
        """Let the camera go."""
        self._capture.release()
        self._closed = True


def _ask_for(capture: cv2.VideoCapture, options: CameraOptions) -> None:
    """Set the format first: it decides which sizes and rates there are."""
    if options.fourcc:
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*options.fourcc))
    wishes = (
        (cv2.CAP_PROP_FRAME_WIDTH, options.width),
        (cv2.CAP_PROP_FRAME_HEIGHT, options.height),
        (cv2.CAP_PROP_FPS, options.fps),
    )
    for key, value in wishes:
        if value is not None:
            capture.set(key, value)


def why_closed(which: str, devices: Path = Path("/dev")) -> str:
    """Return why a camera cannot be opened, as far as its Linux device file under `devices` tells."""
    device = devices / f"video{which}" if which.isdecimal() else Path(which)
    if device.exists():
        if not os.access(device, os.R_OK | os.W_OK):
            return (
                f"camera:{which} may not be used: {device} is closed to you. Join the group 'video' and log in again."
            )
        return f"camera:{which} is there but cannot be opened. Another program may be using it."
    known = ", ".join(sorted(one.name.removeprefix("video") for one in devices.glob("video*")))
    return f"There is no camera {which}: {device} does not exist. Connected: {known or 'none; plug one in'}."
