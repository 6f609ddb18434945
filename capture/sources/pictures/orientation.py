"""Pictures that lie on their side: the orientation tag of TIFF and Exif (TIFF 6.0 section 8; Exif 2.3, table 4)."""

from collections.abc import Callable
from typing import Any, Final

import cv2
import numpy as np

from stream.protocol.contracts import Pixels

UPRIGHT: Final = 1
TAG: Final = 274
_SIDEWAYS: Final = 5
_TURNS: Final = {
    2: (None, 1), 3: (cv2.ROTATE_180, None), 4: (None, 0), 5: (cv2.ROTATE_90_COUNTERCLOCKWISE, 0),
    6: (cv2.ROTATE_90_CLOCKWISE, None), 7: (cv2.ROTATE_90_CLOCKWISE, 0), 8: (cv2.ROTATE_90_COUNTERCLOCKWISE, None),
}  # fmt: skip
"""How to turn, then how to mirror: 0 is upside down, 1 left and right."""


def orientation(value: Any) -> int:
    """Return an orientation, 1 to 8, from a tag's value; upright if it is none of them."""
    return value if value in _TURNS else UPRIGHT


def upright(size: tuple[int, int], turn: int) -> tuple[int, int]:
    """Return width and height of a picture once it is turned; or, as it is stored, of one that was turned."""
    return size if turn < _SIDEWAYS else size[::-1]


def write_upright(write: Callable[[Pixels], None], turn: int, out: Pixels) -> None:
    """Let `write` fill an array of the stored size, and turn it into `out`; upright, it fills `out` itself."""
    if turn == UPRIGHT:
        write(out)
        return
    width, height = upright((out.shape[1], out.shape[0]), turn)
    stored: Pixels = np.empty((height, width, 3), np.uint8)
    write(stored)
    rotation, mirror = _TURNS[turn]
    turned = stored if rotation is None else cv2.rotate(stored, rotation)
    out[:] = turned if mirror is None else cv2.flip(turned, mirror)
