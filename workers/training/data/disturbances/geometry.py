"""The same tissue seen another way: turned, mirrored, in halves, scaled. Frames are (height, width, 3) uint8."""

import cv2
import numpy as np

from stream.protocol.contracts import Pixels


def turned(pixels: Pixels, quarters: int) -> Pixels:
    """Turn by quarters of a circle, against the clock."""
    return np.ascontiguousarray(np.rot90(pixels, quarters))


def mirrored(pixels: Pixels) -> Pixels:
    """Exchange left and right."""
    return np.ascontiguousarray(pixels[:, ::-1])


def halves(pixels: Pixels, axis: int) -> tuple[Pixels, Pixels]:
    """Cut in two: above and below for axis 0, left and right for axis 1."""
    first, second = np.split(pixels, [pixels.shape[axis] // 2], axis)
    return np.ascontiguousarray(first), np.ascontiguousarray(second)


def scaled(pixels: Pixels, factor: float) -> Pixels:
    """Resize both sides by `factor`."""
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=how).astype(np.uint8, copy=False)
