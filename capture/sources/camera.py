"""Cameras on this machine, through OpenCV: `camera:0`."""

import math
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from capture.sources.camera_settings import CameraOptions, apply, fourcc_of, read_back
from capture.sources.naming import safe_name
from capture.sources.opencv import Connect, connect, decode, hush
from capture.sources.options import options_as
from capture.sources.raw_pictures import RawPictures, raw_pictures
from capture.sources.uri import SourceUri
from stream.errors import FrameError, SourceError, UsageError
from stream.protocol.contracts import Grab, Pixels

_LOCAL_BACKEND: Final = cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY
_V4L_TIMEOUT: Final = "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"

_FIRST_FRAMES: Final = 10


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
    apply(capture, options)
    return CameraSource(capture, safe_name(f"camera-{Path(uri.path).name}"), camera, options)


class CameraSource:
    """A camera that is already connected; see `stream.protocol.contracts.FrameSource`.

    time_s is the time since the first frame. device_settings: what the camera says of its settings, by option.
    treatment: how they differ from what was asked for.
    """

    live = True
    frame_count: int | None = None

    def __init__(
        self,
        capture: cv2.VideoCapture,
        name: str,
        camera: CameraDetails,
        options: CameraOptions,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take a frame, for its size, and drop it. Raises SourceError if none comes."""
        self.name = name
        self._capture, self._camera, self._clock = capture, camera, clock
        self._index, self._started_s, self._closed = -1, 0.0, False
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self._raw = raw_pictures(fourcc_of(capture))
        if self._raw is not None and not capture.set(cv2.CAP_PROP_CONVERT_RGB, 0):
            self._raw = None
        try:
            self.width, self.height = self._first_size()
        except SourceError:
            capture.release()
            raise
        fps = capture.get(cv2.CAP_PROP_FPS)
        self.fps = fps if 0 < fps <= 1000 else None
        settings = read_back(capture, options, (self.width, self.height))
        self.device_settings = settings.values
        self.treatment = settings.treatment(camera.label)

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
        if self._raw is not None:
            self._read_raw(self._raw, out)
            return
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

    def _first_size(self) -> tuple[int, int]:
        """Return width and height of the first frame that can be read; a USB camera's first ones are often damaged."""
        label = self._camera.label
        damage = ""
        for _ in range(_FIRST_FRAMES):
            done, first = self._capture.read()
            if not done:
                raise SourceError(f"{label} is there but gives no picture. {self._camera.remedy}")
            if self._raw is None:
                if first.shape[2:] != (3,):
                    raise SourceError(f"{label} gives pixels of shape {first.shape}, not colour; set its format.")
                return first.shape[1], first.shape[0]
            try:
                return self._raw.size_of(np.asarray(first))
            except FrameError as error:
                damage = str(error)
        raise SourceError(f"{label} gives no picture that can be read. {damage} {self._camera.remedy}")

    def _read_raw(self, raw: RawPictures, out: Pixels) -> None:
        done, buffer = self._capture.retrieve()
        label = self._camera.label
        if not done:
            raise FrameError(f"{label} gave a frame that cannot be read. {self._camera.remedy}")
        try:
            raw.write(np.asarray(buffer), out)
        except FrameError as error:
            raise FrameError(f"{label} gave a frame that cannot be shown: {str(error).rstrip('.')}.") from None
        except SourceError as error:
            raise SourceError(f"{label} changed. {error}") from None


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
