"""A decoded frame as BGR pixels or in its planes: colours by its own matrix and range, one field if it is interlaced.

Interlaced frames hold two moments, half a frame's time apart: skin that moves is torn into combs. The upper field alone
is used, and the lines of the other one are interpolated between its lines; that rule needs no other frame.
"""

from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from capture.sources.jpeg import decode_jpeg, whole_jpeg
from capture.sources.video.geometry import Geometry, geometry_of
from capture.sources.video.planes import copy_planes, planar_layout
from stream.errors import FrameError
from stream.pixels.arrays import Bytes, Pixels, bgr_in, planes_in
from stream.pixels.conversion import split
from stream.pixels.layouts import PixelLayout, is_planar

_INTERLACED: Final = "interlaced: the upper field, lines between interpolated"
_LEAST_LINES: Final = 4


class FramePixels:
    """Makes the pixels of one recording, whose frames are like its first.

    treatment: the choices that were made, in a sentence; empty if frames are shown as they were coded.
    layout: in which frames are given: their planes, if the first is shown as it was coded.
    """

    def __init__(self, first: VideoFrame, aspect: Fraction | None, *, interlaced: bool) -> None:
        """Choose by the first frame. aspect: how wide a pixel is for its height; None if that is not said.

        interlaced: the frame consists of two fields.
        """
        self._geometry: Geometry = geometry_of(first.width, first.height, aspect, _matrix(first))
        self._reformatter = VideoReformatter()
        self.width, self.height = self._geometry.shown
        as_coded = self._geometry.plain and not interlaced
        self.layout: PixelLayout = planar_layout(first) if as_coded else "bgr"
        said = ([_INTERLACED] if interlaced else []) + self._geometry.words()
        self.treatment = "; ".join(said)

    def fits(self, frame: VideoFrame) -> bool:
        """Return whether a frame is of the size of the first."""
        return (frame.width, frame.height) == (self._geometry.width, self._geometry.height)

    def write(self, frame: VideoFrame, out: Pixels, *, interlaced: bool) -> None:
        """Write a frame into `out`, (height, width, 3) uint8 BGR. Raises FrameError if its size is another one.

        interlaced: it consists of two fields.
        """
        geometry = self._geometry
        if not self.fits(frame):
            raise FrameError(
                f"it is {frame.width}x{frame.height}, the first was {geometry.width}x{geometry.height}; "
                "a recording must keep its size"
            )
        coded: Pixels = out if geometry.plain else np.empty((frame.height, frame.width, 3), np.uint8)
        if interlaced and frame.height >= _LEAST_LINES:
            coded[::2] = self._bgr(_upper_field(frame))
            _interpolate(coded)
        else:
            coded[:] = self._bgr(frame)
        if coded is not out:
            geometry.show(coded, out)

    def write_planes(self, frame: VideoFrame, out: Bytes, *, interlaced: bool) -> None:
        """Write a frame into `out` in this object's layout, as `write` does.

        One that is otherwise than the first (another matrix, two fields) becomes BGR, and planes from that.
        """
        width, height = self.width, self.height
        if not is_planar(self.layout):
            self.write(frame, bgr_in(out, width, height), interlaced=interlaced)
        elif self.fits(frame) and not interlaced and planar_layout(frame) == self.layout:
            copy_planes(frame, planes_in(out, width, height))
        else:
            pixels: Pixels = np.empty((height, width, 3), np.uint8)
            self.write(frame, pixels, interlaced=interlaced)
            split(pixels, self.layout, planes_in(out, width, height))

    def write_jpeg(self, data: bytes, out: Pixels, *, interlaced: bool) -> None:
        """Write a frame that is a JPEG into `out`, as `write` does. Raises FrameError if it is not whole."""
        geometry = self._geometry
        jpeg = whole_jpeg(data)
        coded: Pixels = out if geometry.plain else np.empty((geometry.height, geometry.width, 3), np.uint8)
        decode_jpeg(jpeg, coded)
        if interlaced and geometry.height >= _LEAST_LINES:
            _interpolate(coded)
        if coded is not out:
            geometry.show(coded, out)

    def _bgr(self, frame: VideoFrame) -> Pixels:
        """Return a view of a converted picture, (height, width, 3) uint8 BGR. Raises FrameError."""
        try:
            plane = self._reformatter.reformat(frame, format="bgr24", threads=1).planes[0]
        except (av.FFmpegError, ValueError) as error:
            raise FrameError(f"its pixels ({frame.format.name}) cannot be converted: {error}") from None
        lines: Pixels = np.frombuffer(memoryview(plane), np.uint8).reshape(frame.height, plane.line_size)
        return lines[:, : 3 * frame.width].reshape(frame.height, frame.width, 3)


def _interpolate(coded: Pixels) -> None:
    """Replace the lines of the lower field by the mean of those of the upper field above and below."""
    field = coded[::2]
    between = coded[1:-1:2]
    between[:] = (field[: len(between)].astype(np.uint16) + field[1 : len(between) + 1] + 1) >> 1
    if len(coded) % 2 == 0:
        coded[-1] = coded[-2]


def _upper_field(frame: VideoFrame) -> VideoFrame:
    """Return every second line from the first, as a frame of half the height: chroma belongs to its own field."""
    field = VideoFrame(frame.width, (frame.height + 1) // 2, frame.format.name)
    field.colorspace, field.color_range = frame.colorspace, frame.color_range
    for source, target in zip(frame.planes, field.planes, strict=True):
        lines = np.frombuffer(memoryview(source), np.uint8).reshape(-1, source.line_size)[: source.height : 2]
        half = np.frombuffer(memoryview(target), np.uint8).reshape(-1, target.line_size)
        width = min(lines.shape[1], half.shape[1])
        half[: len(lines), :width] = lines[: len(half), :width]
    return field


def _matrix(frame: VideoFrame) -> bytes | None:
    found = frame.side_data.get("DISPLAYMATRIX")
    return bytes(found) if isinstance(found, SideData) else None
