"""The picture of one frame, and what is made of it when it is first looked at. Loads no vision library until then."""

from functools import cached_property

from stream.pixels.layouts import Pixels


class FrameImage:
    """The picture of one frame. height, width: in pixels.

    What is made of it is kept: asked for a second time, it costs nothing.
    """

    def __init__(self, pixels: Pixels) -> None:
        """Take (height, width, 3) uint8 BGR pixels, which stay the caller's."""
        self.pixels = pixels
        self.height, self.width = int(pixels.shape[0]), int(pixels.shape[1])

    @cached_property
    def half(self) -> Pixels:
        """The picture at half its height and width, averaged over 2x2 pixels; odd sizes round up."""
        from stream.pixels.conversion import halved

        return halved(self.pixels)

    @cached_property
    def thumbnail(self) -> Pixels:
        """The small grey picture that travels with the next frame; see `stream.pixels.thumbnail`."""
        from stream.pixels.thumbnail import thumbnail

        return thumbnail(self.pixels)
