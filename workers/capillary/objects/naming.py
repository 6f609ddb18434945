"""A name for each object, by its shape, its place and its colour."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import PictureObject, Pixels
from workers.capillary.objects.relative import Relative

LONG: Final = 5.0
"""A hair or a fibre is at least five times as long as wide."""
_FULL_FRAME: Final = 4


def named(mask: Pixels, dark: Pixels, bright: Pixels, picture: Relative) -> list[PictureObject]:
    """Outline and name the separate objects of a mask at a quarter of the frame's resolution."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [_object(np.asarray(contour, np.int32), dark, bright, picture) for contour in contours]


def _object(contour: npt.NDArray[np.int32], dark: Pixels, bright: Pixels, picture: Relative) -> PictureObject:
    left, top, width, height = cv2.boundingRect(contour)
    box = np.s_[top : top + height, left : left + width]
    inside = np.zeros((height, width), np.uint8)
    cv2.drawContours(inside, [contour - [left, top]], -1, (255,), -1)
    name = _name(contour, _share(dark[box], inside), _share(bright[box], inside), _share(picture.black[box], inside))
    area = float(_FULL_FRAME**2 * cv2.countNonZero(inside))
    return PictureObject(name, contour.reshape(-1, 2) * np.int32(_FULL_FRAME), area)


def _name(contour: npt.NDArray[np.int32], dark: float, bright: float, black: float) -> str:
    if black > 0.3:
        return "border"
    area, length = cv2.contourArea(contour) + 1, cv2.arcLength(contour, closed=True) / 2
    long = length * length > LONG * area
    if bright > dark:
        return "fibre" if long else "glare"
    return "hair" if long else "dirt"


def _share(part: Pixels, inside: Pixels) -> float:
    return cv2.countNonZero(cv2.bitwise_and(part, inside)) / max(1, cv2.countNonZero(inside))
