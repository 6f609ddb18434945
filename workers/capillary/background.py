"""The background of one frame, and the frame without it. Knows this frame alone, none seen before."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.ports import Pixels

Flat = npt.NDArray[np.float32]
"""(height, width, 3) float32, BGR: brightness over that of the surroundings; 1 is plain skin, less is darker."""

BLUR_SIGMA_PX: Final = 3.0
"""Width of the Gaussian that makes the background, in pixels of 1/16 of the frame: 48 full-frame px."""


def halved(picture: Pixels) -> Pixels:
    """The picture at half its height and width, averaged over 2x2 pixels; odd sizes round up."""
    height, width = picture.shape[:2]
    size = (-(-width // 2), -(-height // 2))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def background(half: Pixels) -> Flat:
    """What the half-resolution picture would be without vessels: heavily blurred, same shape, float32, never 0."""
    small = halved(halved(halved(half))).astype(np.float32)
    blurred = np.maximum(cv2.GaussianBlur(small, (0, 0), BLUR_SIGMA_PX), np.float32(1.0))
    height, width = half.shape[:2]
    return cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False)


def flat_field(half: Pixels) -> Flat:
    """The half-resolution picture (height, width, 3) uint8 divided by its background."""
    return cv2.divide(half, background(half), dtype=cv2.CV_32F).astype(np.float32, copy=False)
