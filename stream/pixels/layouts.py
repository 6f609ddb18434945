"""The layouts in which the pixels of a frame lie in memory: BGR, or the planes that a video decoder made. Pure.

Planes are three in one piece of memory, line after line without gaps: luma at full size, then the two differences of
colour, blue and red, at half the height and width (4:2:0). Their sizes are even, so that each pixel of colour has four
of luma. What else decoders make (10 bits, 4:2:2, 4:4:4, other matrices) is rare, and is converted to BGR.
"""

from typing import Final, Literal, get_args

PixelLayout = Literal["bgr", "bt601", "bt601-full", "bt709", "bt709-full"]
"""BGR, or planes with the luma of ITU-R BT.601 or BT.709, in limited range (16 to 235) or in full (0 to 255)."""

LAYOUTS: Final[tuple[PixelLayout, ...]] = get_args(PixelLayout)


def is_planar(layout: PixelLayout) -> bool:
    """Return whether a frame lies in planes."""
    return layout != "bgr"


def frame_bytes(layout: PixelLayout, width: int, height: int) -> int:
    """Return how much memory a frame takes."""
    return width * height * 3 // 2 if is_planar(layout) else width * height * 3
