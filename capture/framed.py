"""A source of which a region is taken, flipped and rotated, as a source of its own."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from stream.config.framing import Framing
from stream.errors import SourceError
from stream.pixels.arrays import Bytes, Pixels, bgr_in, planes_in
from stream.pixels.layouts import PixelLayout, frame_bytes, is_planar
from stream.protocol.contracts import FrameSource, Grab, layout_of, retrieved

_FLIPS: Final = {"horizontal": 1, "vertical": 0}
_ROTATIONS: Final = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


class FramedSource:
    """Another source's frames, framed; see `stream.protocol.contracts.FrameSource`.

    Whatever else the source has, such as its treatment, it has too. A region has no true density: that is of the whole.
    """

    def __init__(self, source: FrameSource, framing: Framing) -> None:
        """Raise SourceError if the region is not inside the source's picture."""
        self._source, self._framing = source, framing
        self.name, self.fps, self.live, self.frame_count = source.name, source.fps, source.live, source.frame_count
        left, top, width, height = framing.region or (0, 0, source.width, source.height)
        if left + width > source.width or top + height > source.height:
            raise SourceError(
                f"The region [{left}, {top}, {width}, {height}] is not inside the frames of {source.name}, which are "
                f"{source.width}x{source.height}; set capture.region to left, top, width and height within them."
            )
        self.width, self.height = framing.size_of(source.width, source.height)
        self._part = slice(top, top + height), slice(left, left + width)
        self._grabbed: Grab | None = None
        even = all(edge % 2 == 0 for edge in (left, top, width, height))
        self.layout: PixelLayout = layout_of(source) if even else "bgr"

    def __getattr__(self, name: str) -> object:
        """Return an optional attribute of the source."""
        return getattr(self._source, name)

    def grab(self) -> Grab | None:
        """See `FrameSource`."""
        grab = self._grabbed = self._source.grab()
        if grab is None:
            return None
        truth = grab.truth_density_pct if self._framing.region is None else None
        return replace(grab, width=self.width, height=self.height, truth_density_pct=truth)

    def retrieve(self, out: Pixels) -> None:
        """See `FrameSource`."""
        whole: Pixels = np.empty((self._source.height, self._source.width, 3), np.uint8)
        self._source.retrieve(whole)
        out[:] = self._framed(whole)

    def retrieve_planes(self, out: Bytes) -> PixelLayout:
        """See `PlanarSource`. A pixel of colour is not cut in two: at odd edges the frame becomes BGR."""
        if self._grabbed is None:
            raise SourceError(f"No frame of {self.name} is grabbed.")
        image = retrieved(self._source, self._grabbed)
        memory = out[: frame_bytes(image.layout if is_planar(self.layout) else "bgr", self.width, self.height)]
        if not is_planar(self.layout) or not is_planar(image.layout):
            bgr_in(memory, self.width, self.height)[:] = self._framed(image.pixels)
            return "bgr"
        source = planes_in(image.memory, image.width, image.height)
        for plane, target in zip(source, planes_in(memory, self.width, self.height), strict=True):
            target[:] = self._framed(plane, image.width // plane.shape[1])
        return image.layout

    def _framed(self, picture: Pixels, step: int = 1) -> cv2.typing.MatLike:
        """Return the part of a picture, flipped and turned. step: how many pixels of the frame one of it is."""
        lines, columns = (slice(part.start // step, part.stop // step) for part in self._part)
        framed: cv2.typing.MatLike = picture[lines, columns]
        if self._framing.flip != "none":
            framed = cv2.flip(framed, _FLIPS[self._framing.flip])
        if self._framing.rotate_deg:
            framed = cv2.rotate(framed, _ROTATIONS[self._framing.rotate_deg])
        return framed

    def seek(self, index: int) -> None:
        """See `FrameSource`."""
        self._source.seek(index)

    def close(self) -> None:
        """See `FrameSource`."""
        self._source.close()
