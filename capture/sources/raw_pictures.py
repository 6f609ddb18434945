"""Pictures as a camera sends them, before OpenCV changes them: JPEGs proven whole, samples read by a stated rule."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from capture.sources.jpeg import decode_jpeg, whole_jpeg
from capture.sources.pixel_formats import pixel_format, write_bgr
from stream.errors import FrameError, SourceError
from stream.protocol.contracts import Pixels

RawPixels = npt.NDArray[Any]

_JPEG: Final = ("MJPG", "JPEG")
# V4L2's four characters (linux/videodev2.h) and the names of GenICam's Pixel Format Naming Convention.
_PFNC: Final = {
    "GREY": "Mono8",
    "Y10 ": "Mono10",
    "Y12 ": "Mono12",
    "Y16 ": "Mono16",
    "BA81": "BayerBG8",
    "GBRG": "BayerGB8",
    "GRBG": "BayerGR8",
    "RGGB": "BayerRG8",
}


class RawPictures:
    """How to read the buffers of one pixel format. Their size in pixels is (width, height)."""

    def __init__(
        self, size_of: Callable[[RawPixels], tuple[int, int]], write: Callable[[RawPixels, Pixels], None]
    ) -> None:
        self.size_of, self.write = size_of, write


def raw_pictures(fourcc: str) -> RawPictures | None:
    """Return how to read a camera's pixel format; None if OpenCV's own conversion is right for it."""
    if fourcc in _JPEG:
        return RawPictures(_size_of_jpeg, _write_jpeg)
    if fourcc not in _PFNC:
        return None
    form = pixel_format(_PFNC[fourcc])

    def write(buffer: RawPixels, out: Pixels) -> None:
        write_bgr(np.ascontiguousarray(buffer).view(np.uint8), form, out)

    return RawPictures(_size_of_samples, write)


def _size_of_samples(buffer: RawPixels) -> tuple[int, int]:
    if buffer.ndim < 2:
        raise FrameError("The camera's picture has no lines.")
    return buffer.shape[1], buffer.shape[0]


def _size_of_jpeg(buffer: RawPixels) -> tuple[int, int]:
    jpeg = whole_jpeg(buffer.tobytes(), padded=True)
    return jpeg.width, jpeg.height


def _write_jpeg(buffer: RawPixels, out: Pixels) -> None:
    jpeg = whole_jpeg(buffer.tobytes(), padded=True)
    if out.shape != (jpeg.height, jpeg.width, 3):
        raise SourceError(f"Its pictures are {jpeg.width}x{jpeg.height} now, not {out.shape[1]}x{out.shape[0]}.")
    decode_jpeg(jpeg, out)
