"""The picture of a ruler with the marks that were found, for the eye."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Pixels
from workers.scale.ruler import MeasuredRuler

_GREEN: Final = (96, 220, 64)  # BGR
_DARK: Final = (24, 24, 24)
_SIXTEENTHS: Final = 4  # OpenCV's fixed point: bits after the point


def with_marks(pixels: Pixels, ruler: MeasuredRuler) -> Pixels:
    """Return a copy of `pixels`, (height, width, 3) uint8 BGR, with a line across each mark and one along them all."""
    drawn = pixels.copy()
    thin = max(1, round(max(drawn.shape) / 1000))
    first, last = ruler.marks_px[0], ruler.marks_px[-1]
    along = (last - first) / max(float(np.hypot(*(last - first))), 1e-9)
    across = np.array([-along[1], along[0]]) * max(8 * thin, 0.4 * min(ruler.spacing_px, 60 * thin))
    lines = [(first, last), *((mark - across, mark + across) for mark in ruler.marks_px)]
    for ink, thickness in ((_DARK, 3 * thin), (_GREEN, thin)):
        for start, end in lines:
            cv2.line(drawn, _fixed(start), _fixed(end), ink, thickness, cv2.LINE_AA, _SIXTEENTHS)
    return drawn


def _fixed(point: npt.NDArray[np.float64]) -> tuple[int, int]:
    """Return a point in OpenCV's fixed point."""
    x, y = (round(float(value) * 2**_SIXTEENTHS) for value in point)
    return x, y
