"""The planes of a decoded frame, and what a video says of their colours: numbers of ITU-T H.273."""

from typing import Final

import numpy as np
from av.video.frame import VideoFrame

from stream.pixels.arrays import Planes
from stream.pixels.layouts import PixelLayout

_FORMATS: Final = {"yuv420p": False, "yuvj420p": True}
"""Formats of FFmpeg in 8 bits and 4:2:0; True: always in full range."""
_MATRICES: Final = {1: "bt709", 0: "bt601", 2: "bt601", 5: "bt601", 6: "bt601"}
"""By MatrixCoefficients. 2 is "not said": then FFmpeg's scaler, which makes BGR of frames, takes BT.601."""
_LIMITED: Final = 1
_FULL: Final = 2


def planar_layout(frame: VideoFrame) -> PixelLayout:
    """Return the layout of a decoded frame; bgr if its planes are none that this program reads."""
    if frame.format.name not in _FORMATS or frame.width % 2 or frame.height % 2:
        return "bgr"
    full = _FORMATS[frame.format.name] or frame.color_range == _FULL
    match _MATRICES.get(int(frame.colorspace)):
        case "bt601":
            return "bt601-full" if full else "bt601"
        case "bt709":
            return "bt709-full" if full else "bt709"
        case _:
            return "bgr"


def coded_colours(layout: PixelLayout) -> tuple[int, int]:
    """Return colour space and range as FFmpeg's encoders take them, of planes in a layout."""
    matrix, _, full = layout.partition("-")
    return (1 if matrix == "bt709" else 6), (_FULL if full else _LIMITED)


def copy_planes(frame: VideoFrame, planes: Planes) -> None:
    """Copy a decoded frame's planes, whose lines may be longer than the picture is wide."""
    for source, target in zip(frame.planes, planes, strict=True):
        lines = np.frombuffer(memoryview(source), np.uint8).reshape(-1, source.line_size)
        target[:] = lines[: source.height, : source.width]
