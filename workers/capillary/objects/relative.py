"""A picture's red and green over those of the surroundings, in which neither a vessel nor a hair counts."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from stream.pixels.arrays import ImagePlane
from stream.pixels.colours import Brightness, Colours
from stream.pixels.conversion import halved
from workers.capillary.background import block_means, enlarged

PLAIN: Final = 200
"""Level of what is as bright as its surroundings: 8 bits hold up to 27 % brighter, in steps of 0.5 %."""

BLACK: Final = 20
"""Red below this is no tissue, in any light that can be measured: in the labelled frames it is 49 at least."""
WHITE: Final = 250
"""Red and green from here on are overexposed."""

RIM_PX: Final = 3
SOFT_RIM: Final = 225
"""Red this bright 3 px beside an overexposed patch is skin that is nearly overexposed, not the foot of a reflection."""

_STRANGE: Final = np.float32(0.15)
"""Blocks that differ by 0.15 from the median of 320 full-frame px do not count: at the frame's edge and in corners, a
thick hair would outnumber the skin beside it."""
_BLOCK_PX: Final = 8  # of a quarter of the frame's resolution
_MEDIAN_BLOCKS: Final = 5  # 160 full-frame px: a hair of 44 px and a line of text stay well under half of it


@dataclass(frozen=True, slots=True)
class Relative:
    """A picture at a quarter of the frame's resolution, over its surroundings.

    red, green: (height, width) uint8, less their noise: PLAIN * brightness over that of the surroundings, clipped.
    black, white: (height, width) uint8, 255 at pixels too dark for tissue, and at overexposed glare.
    """

    red: ImagePlane
    green: ImagePlane
    black: ImagePlane
    white: ImagePlane


def relative(quarter: Colours) -> Relative:
    """Compare each pixel of a picture at a quarter of the frame's resolution with the median of its surroundings."""
    _, green, red = quarter
    black = _plane(cv2.threshold(red, BLACK - 1, 255, cv2.THRESH_BINARY_INV)[1])
    white = _glare(cv2.min(green, red), red)
    extreme = _plane(cv2.bitwise_or(black, white))
    blocks = block_means((red, green), extreme, 3)
    red, green = (_over(plane, _surroundings(means)) for plane, means in zip((red, green), blocks, strict=True))
    return Relative(red, green, black, white)


def _glare(least: cv2.typing.MatLike, red: ImagePlane) -> ImagePlane:
    """Return the overexposed patches, 255 in a uint8 mask, but those that skin fades into: that is too much light."""
    white = _plane(cv2.threshold(least, WHITE - 1, 255, cv2.THRESH_BINARY)[1])
    if not cv2.countNonZero(white):
        return white
    beside = cv2.erode(red, np.ones((2 * RIM_PX + 1,) * 2, np.uint8))
    for patch in cv2.findContours(white, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        # A small patch does not move the surroundings: if it stands out from them, it is found as what it is.
        is_small = cv2.contourArea(patch) < (2 * RIM_PX + 1) ** 2
        if is_small or np.median(beside[patch[:, 0, 1], patch[:, 0, 0]]) > SOFT_RIM:
            cv2.drawContours(white, [patch], -1, (0,), -1)
    return white


def _surroundings(blocks: Brightness) -> Brightness:
    """Return the median of blocks of 32 full-frame px."""
    wide = enlarged(cv2.medianBlur(halved(blocks), _MEDIAN_BLOCKS), 2, blocks)
    strange = cv2.absdiff(blocks, wide) > _STRANGE * wide
    evened = np.where(strange, wide, blocks)
    return np.asarray(cv2.blur(cv2.medianBlur(evened, _MEDIAN_BLOCKS), (3, 3)), np.float32)


def _over(plane: ImagePlane, surroundings: Brightness) -> ImagePlane:
    gain = np.float32(PLAIN) / np.maximum(surroundings, np.float32(1))
    levels = cv2.multiply(plane, enlarged(gain, _BLOCK_PX, plane), dtype=cv2.CV_8U)
    return _plane(cv2.GaussianBlur(levels, (3, 3), 0))


def _plane(picture: object) -> ImagePlane:
    return np.asarray(picture, np.uint8)
