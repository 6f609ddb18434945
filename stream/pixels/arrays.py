"""The memory of a frame as arrays: pixels or planes, without a copy; and from planes to colours. Pure."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from stream.pixels.layouts import PixelLayout

Pixels = npt.NDArray[np.uint8]
"""A picture: (height, width, 3), uint8, BGR. Greyscale sources repeat their channel."""

ImagePlane = npt.NDArray[np.uint8]
"""One plane of a picture: (height, width), uint8."""

Bytes = npt.NDArray[np.uint8]
"""The memory of a frame in any layout: (bytes,), uint8."""

_WEIGHTS: Final = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722)}
"""Red and blue in luma: ITU-R BT.601-7, 2.5.1; BT.709-6, item 3.2."""


class Planes(NamedTuple):
    """Luma, (height, width); difference of blue, difference of red, both (height / 2, width / 2)."""

    luma: ImagePlane
    blue: ImagePlane
    red: ImagePlane


def bgr_in(memory: Bytes, width: int, height: int) -> Pixels:
    """Return a view of a BGR frame's memory as pixels."""
    return memory.reshape(height, width, 3)


def planes_in(memory: Bytes, width: int, height: int) -> Planes:
    """Return views of the planes in a planar frame's memory."""
    luma, small = height * width, (height // 2, width // 2)
    blue = luma + luma // 4
    return Planes(memory[:luma].reshape(height, width), memory[luma:blue].reshape(small), memory[blue:].reshape(small))


def to_bgr(layout: PixelLayout) -> npt.NDArray[np.float32]:
    """Return the (3, 4) matrix from luma, difference of blue, difference of red and 1 to blue, green and red.

    The inverse of ITU-R BT.601-7, 2.5.1 to 2.5.3, and of BT.709-6, 3.2 to 3.4; in full range as in ITU-T T.871, 7.
    """
    matrix, _, full = layout.partition("-")
    of_red, of_blue = _WEIGHTS[matrix]
    of_green = 1 - of_red - of_blue
    luma, colour, black = (1.0, 1.0, 0) if full else (255 / 219, 255 / 224, 16)
    blue, red = 2 * (1 - of_blue) * colour, 2 * (1 - of_red) * colour
    rows = np.array([[luma, blue, 0], [luma, -blue * of_blue / of_green, -red * of_red / of_green], [luma, 0, red]])
    return np.column_stack([rows, -rows @ [black, 128, 128]]).astype(np.float32)
