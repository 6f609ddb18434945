"""The picture of one frame, and what is made of it when it is first looked at. Loads no library until then."""

from functools import cached_property
from typing import TYPE_CHECKING

from stream.pixels.layouts import PixelLayout, frame_bytes, is_planar

if TYPE_CHECKING:
    from stream.pixels.arrays import Bytes, Pixels, Planes


class FrameImage:
    """The picture of one frame. memory: as its source made it, in the layout of that name. height, width: in pixels.

    What is made of it is kept: asked for a second time, it costs nothing.
    """

    def __init__(self, memory: "Bytes", width: int, height: int, layout: PixelLayout = "bgr") -> None:
        """Take the frame's memory, which stays the caller's. Raises ValueError if it is too small or too large."""
        if memory.size != frame_bytes(layout, width, height):
            raise ValueError(f"{memory.size} bytes are not {width}x{height} pixels ({layout})")
        self.memory, self.width, self.height, self.layout = memory, width, height, layout

    @cached_property
    def pixels(self) -> "Pixels":
        """(height, width, 3) uint8 BGR; read-only if it was made here."""
        if not is_planar(self.layout):
            return self.memory.reshape(self.height, self.width, 3)
        from stream.pixels.conversion import full_size

        pixels = full_size(self._planes, self.layout)
        pixels.flags.writeable = False
        return pixels

    @cached_property
    def half(self) -> "Pixels":
        """Return the picture at half its height and width, averaged over 2x2 pixels; odd sizes round up."""
        from stream.pixels.arrays import Planes
        from stream.pixels.conversion import halved, mixed

        if not is_planar(self.layout):
            return halved(self.pixels)
        luma, blue, red = self._planes
        return mixed(Planes(halved(luma), blue, red), self.layout)

    @cached_property
    def thumbnail(self) -> "Pixels":
        """Return the small grey picture that travels with the next frame; see `stream.pixels.thumbnail`."""
        from stream.pixels.thumbnail import thumbnail, thumbnail_of

        return thumbnail_of(self._planes, self.layout) if is_planar(self.layout) else thumbnail(self.pixels)

    def copy(self) -> "FrameImage":
        """Return the frame in memory of its own."""
        return FrameImage(self.memory.copy(), self.width, self.height, self.layout)

    @property
    def _planes(self) -> "Planes":
        from stream.pixels.arrays import planes_in

        return planes_in(self.memory, self.width, self.height)


def image_of(pixels: "Pixels") -> FrameImage:
    """Return (height, width, 3) uint8 BGR pixels as the picture of a frame."""
    height, width = pixels.shape[:2]
    image = FrameImage(pixels.reshape(-1), int(width), int(height))
    image.pixels = pixels  # not a copy of them, should they not be contiguous
    return image
