"""A source of which a region is taken, flipped and rotated, as a source of its own."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from stream.config.framing import Framing
from stream.errors import SourceError
from stream.protocol.contracts import FrameSource, Grab, Pixels

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
        self._whole: Pixels = np.empty((source.height, source.width, 3), np.uint8)

    def __getattr__(self, name: str) -> object:
        """Return an optional attribute of the source."""
        return getattr(self._source, name)

    def grab(self) -> Grab | None:
        """See `FrameSource`."""
        grab = self._source.grab()
        if grab is None:
            return None
        truth = grab.truth_density_pct if self._framing.region is None else None
        return replace(grab, width=self.width, height=self.height, truth_density_pct=truth)

    def retrieve(self, out: Pixels) -> None:
        """See `FrameSource`."""
        self._source.retrieve(self._whole)
        pixels: cv2.typing.MatLike = self._whole[self._part]
        if self._framing.flip != "none":
            pixels = cv2.flip(pixels, _FLIPS[self._framing.flip])
        if self._framing.rotate_deg:
            pixels = cv2.rotate(pixels, _ROTATIONS[self._framing.rotate_deg])
        out[:] = pixels

    def seek(self, index: int) -> None:
        """See `FrameSource`."""
        self._source.seek(index)

    def close(self) -> None:
        """See `FrameSource`."""
        self._source.close()
