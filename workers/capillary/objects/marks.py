"""Pixels that are no tissue: what is darker and greyer than blood, or brighter than skin, and ends steeply."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import cv2
import numpy as np

from stream.protocol.contracts import Pixels
from workers.capillary.objects.lines import long_lines
from workers.capillary.objects.relative import PLAIN, Relative

GREY: Final = 0.8
"""An object takes away red almost as it takes green; blood lets red through. Over the labelled capillaries, red loses
half of what green loses (median); of their pixels that lose 0.12 of red or more, all but 1 % lose less than 0.72 of
what green loses, in the worst frame (0.79 as a JPEG of quality 50), and none more than 0.76 (0.85)."""


class PixelLimit(NamedTuple):
    """What one pixel is more than, as shares of the brightness of its surroundings.

    change: how much darker or brighter it is in red.
    greyness: how much more red it loses than GREY of what it loses of green; no matter if it is brighter.
    step: how much red changes within STEP_PX.
    """

    change: float
    greyness: float
    step: float


DARK: Final = PixelLimit(0.12, 0.0, 0.13)
DARKER: Final = PixelLimit(0.20, -0.01, 0.15)
GREYER: Final = PixelLimit(0.05, 0.02, 0.10)
"""A dark object ends more steeply than a grey shadow in a crease: those fall by 0.12 within STEP_PX at most, in the
labelled frames, the smallest speck by 0.13. A darker object may be less grey, a fainter one must be
greyer: no pixel of a capillary is either, in the labelled frames, compressed, noisy, or at a gamma of 1.25."""

LINE: Final = PixelLimit(0.07, -0.05, 0.07)
"""Not more than what many pixels of capillaries are, so that only its length tells an object."""

BRIGHT: Final = PixelLimit(0.08, 0.0, 0.10)
GLARE: Final = PixelLimit(0.15, 0.0, 0.0)
"""Tissue is nowhere brighter in red than its surroundings by more than 0.08 (99.99 % of the pixels of the labelled
frames without glare; 0.10 at a gamma of 1.25), and what is as bright as that ends softly."""

SOFT_DARK: Final = PixelLimit(0.05, -0.01, 0.0)
SOFT_BRIGHT: Final = PixelLimit(0.06, 0.0, 0.0)
"""Next to an object, such a pixel belongs to its soft edge, or to a fainter part of it."""

STEP_PX: Final = 3

_WINDOW: Final = np.ones((2 * STEP_PX + 1,) * 2, np.uint8)
_NO_GREYNESS: Final = 50  # level of the greyness 0: 8 bits hold -0.25 to 1


@dataclass(frozen=True, slots=True)
class Marks:
    """Masks, (height, width) uint8, 255 at pixels that are surely an object, and at those that may be part of one."""

    sure: Pixels
    soft: Pixels


def dark(picture: Relative) -> Marks:
    """Mark what is darker than tissue can be."""
    greyness = cv2.addWeighted(picture.green, GREY, picture.red, -1.0, PLAIN * (1 - GREY) + _NO_GREYNESS)
    step = cv2.subtract(cv2.dilate(picture.red, _WINDOW), picture.red)

    def more_than(limit: PixelLimit) -> Pixels:
        darker = cv2.threshold(picture.red, PLAIN * (1 - limit.change), 255, cv2.THRESH_BINARY_INV)[1]
        greyer = cv2.bitwise_and(darker, _above(greyness, PLAIN * limit.greyness + _NO_GREYNESS))
        return _plane(cv2.bitwise_and(greyer, _above(step, PLAIN * limit.step)) if limit.step else greyer)

    sure = cv2.bitwise_or(picture.black, long_lines(more_than(LINE)))
    for limit in (DARK, DARKER, GREYER):
        sure = cv2.bitwise_or(sure, more_than(limit))
    return Marks(_plane(sure), more_than(SOFT_DARK))


def bright(picture: Relative) -> Marks:
    """Mark what is brighter than tissue can be."""
    step = cv2.subtract(picture.red, cv2.erode(picture.red, _WINDOW))
    steep = cv2.bitwise_and(_above(picture.red, PLAIN * (1 + BRIGHT.change)), _above(step, PLAIN * BRIGHT.step))
    sure = cv2.bitwise_or(steep, _above(picture.red, PLAIN * (1 + GLARE.change)))
    return Marks(_plane(cv2.bitwise_or(sure, picture.white)), _above(picture.red, PLAIN * (1 + SOFT_BRIGHT.change)))


def _above(plane: cv2.typing.MatLike, level: float) -> Pixels:
    return _plane(cv2.threshold(plane, level, 255, cv2.THRESH_BINARY)[1])


def _plane(picture: object) -> Pixels:
    return np.asarray(picture, np.uint8)
