"""OpenCV without its own messages: what goes wrong with a medium is said once, in a SourceError.

OPENCV_LOG_LEVEL and OPENCV_FFMPEG_LOGLEVEL in the environment bring the libraries' own messages back.
"""

import os
from collections.abc import Callable, Sequence

import cv2

from stream.errors import FrameError, SourceError
from stream.protocol.contracts import Pixels

_AV_LOG_QUIET = "-8"


def hush() -> None:
    """Silence OpenCV and its FFmpeg on stderr. Works only before the process opens its first video."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", _AV_LOG_QUIET)
    if "OPENCV_LOG_LEVEL" not in os.environ:
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


Connect = Callable[[int | str, int, Sequence[int]], cv2.VideoCapture]


def connect(device: int | str, backend: int, settings: Sequence[int]) -> cv2.VideoCapture:
    """Open a device number, file or address; the settings alternate property and value."""
    return cv2.VideoCapture(device, backend, settings)


def decode(capture: cv2.VideoCapture, out: Pixels, broken: str, resized: Callable[[str], str]) -> None:
    """Decode the grabbed frame into `out`, (height, width, 3) uint8 BGR.

    OpenCV writes into `out` itself if size and type agree; if it had to allocate, its pixels are copied.
    Raises FrameError with the sentence `broken` if the frame cannot be decoded, and SourceError with the sentence
    `resized(size)`, such as `resized("640x480")`, if its size is not that of `out`.
    """
    done, pixels = capture.retrieve(out)
    if not done or pixels is None:
        raise FrameError(broken)
    if pixels.shape != out.shape:
        raise SourceError(resized(f"{pixels.shape[1]}x{pixels.shape[0]}"))
    if pixels is not out:
        out[:] = pixels
