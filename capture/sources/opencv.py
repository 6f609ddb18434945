"""OpenCV without its own messages: what goes wrong with a medium is said once, in a SourceError.

OPENCV_LOG_LEVEL and OPENCV_FFMPEG_LOGLEVEL in the environment bring the libraries' own messages back.
"""

import os
from collections.abc import Callable, Sequence

import cv2

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


def fetch(capture: cv2.VideoCapture, out: Pixels) -> tuple[int, ...] | None:
    """Decode the grabbed frame into `out`; return the shape that the decoder gave, None if it gave nothing.

    OpenCV writes into `out` itself if size and type agree; if it had to allocate, `out` is left as it was
    unless the shapes agree.
    """
    done, pixels = capture.retrieve(out)
    if not done or pixels is None:
        return None
    if pixels is not out and pixels.shape == out.shape:
        out[:] = pixels
    return tuple(pixels.shape)
