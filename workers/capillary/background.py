"""The background of one frame, and the frame without it. Knows this frame alone, none seen before."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Pixels

Flat = Pixels
"""(height, width, 3) uint8, BGR: PLAIN_SKIN + CONTRAST * (brightness over that of the surroundings - 1), clipped."""

PLAIN_SKIN: Final = 160
CONTRAST: Final = 384
"""Levels of a flat field for a brightness of 1: 8 bits hold 42 % darker to 25 % brighter than skin, in steps of 0.26 %,
a third of what one grey level of the camera is."""

BLUR_SIGMA_PX: Final = 3.0
"""Width of the Gaussian that makes the background, in pixels of 1/16 of the frame: 48 full-frame px."""

_REACH_PX: Final = 12  # four sigma, as far as OpenCV's own kernel
_DARKEST: Final = np.array([CONTRAST - PLAIN_SKIN] * 3 + [0], np.float64)


def halved(picture: Pixels) -> Pixels:
    """Return the picture at half its height and width, averaged over 2x2 pixels; odd sizes round up."""
    height, width = picture.shape[:2]
    size = (-(-width // 2), -(-height // 2))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def background(half: Pixels) -> npt.NDArray[np.float32]:
    """Return a half-resolution picture as it would be without vessels: heavily blurred, 1/8 of its size, never 0."""
    small = halved(halved(halved(half))).astype(np.float32)
    beyond = ((_REACH_PX, _REACH_PX), (_REACH_PX, _REACH_PX), (0, 0))
    # Odd: brightness goes on beyond the border as it came. Mirrored, light that falls off would look like a vessel.
    padded = np.pad(small, beyond, mode="reflect", reflect_type="odd")
    blurred = cv2.GaussianBlur(padded, (0, 0), BLUR_SIGMA_PX)[_REACH_PX:-_REACH_PX, _REACH_PX:-_REACH_PX]
    return np.maximum(blurred, np.float32(1.0))


def flat_field(half: Pixels) -> Flat:
    """Divide the half-resolution picture, (height, width, 3) uint8, by its background."""
    height, width = half.shape[:2]
    gain = cv2.resize(np.float32(CONTRAST) / background(half), (width, height), interpolation=cv2.INTER_LINEAR)
    levels = cv2.multiply(half, gain, dtype=cv2.CV_16U)
    return cv2.subtract(levels, _DARKEST, dtype=cv2.CV_8U).astype(np.uint8, copy=False)


def darkness(levels: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return how much darker than their surroundings levels of a flat field are: 0 plain skin, 0.1 a tenth darker."""
    return np.asarray((PLAIN_SKIN - np.asarray(levels, np.float64)) / CONTRAST)
