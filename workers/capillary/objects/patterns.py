"""What marks are together: the rim of a bubble, a line of text, the strokes of a ruler."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Pixels
from workers.capillary.objects.groups import Outline, bounding
from workers.capillary.objects.relative import PLAIN

HOLLOW: Final = 0.3
"""Marks cover at most 0.3 of what a rim encloses; a speck, a drop of dirt or a straight hair covers its own middle."""
RIM: Final = 0.8
LENS_RIM: Final = 0.5
"""A rim lies along 0.8 of the convex outline around it; along a half if it has a bright side and a dark one, as only a
lens has. (A bent hair and its chord: 0.61 for a half circle.)"""
LENS_SIDE: Final = 0.1

MIN_STROKES: Final = 8
LINE: Final = 3.0
"""Text and rulers: a straight row, three times as long as high, of eight strokes or more."""
CONTRAST: Final = 0.15
IRREGULAR: Final = 0.3
"""Spread of the distances between a ruler's strokes over their mean; letters are less regular."""

_NEAR: Final = np.ones((13, 13), np.uint8)  # pieces of a rim reach 24 full-frame px


def is_bubble(around: Outline, darker: Pixels, brighter: Pixels) -> bool:
    """Decide whether the marks inside a convex outline are the rim of a bubble."""
    box, inside = bounding(around)
    dark, bright = (cv2.bitwise_and(part[box], inside) for part in (darker, brighter))
    marks = cv2.bitwise_or(dark, bright)
    middle = cv2.erode(inside, _NEAR, borderValue=0)
    in_the_middle, middle_px = cv2.countNonZero(cv2.bitwise_and(marks, middle)), cv2.countNonZero(middle)
    if not middle_px or in_the_middle > HOLLOW * middle_px:
        return False
    rim = _visible_rim(around, darker.shape)[box]
    along = cv2.countNonZero(cv2.bitwise_and(cv2.dilate(marks, _NEAR), rim)) / max(1, cv2.countNonZero(rim))
    is_lens = LENS_SIDE < cv2.countNonZero(bright) / max(1, cv2.countNonZero(marks)) < 1 - LENS_SIDE
    return along >= (LENS_RIM if is_lens else RIM)


def _visible_rim(around: Outline, shape: tuple[int, ...]) -> Pixels:
    """Return the line of an outline, 255 in a uint8 mask, but that at the frame's edge: what is cut off has no rim."""
    rim = np.zeros(shape, np.uint8)
    cv2.drawContours(rim, [around], -1, (255,), 1)
    return cv2.copyMakeBorder(rim[1:-1, 1:-1], 1, 1, 1, 1, cv2.BORDER_CONSTANT).astype(np.uint8, copy=False)


def rises(around: Outline, red: Pixels) -> npt.NDArray[np.int64]:
    """Return the positions of strokes along a straight row of them, in px; none if it is no such row."""
    centre, size, angle = cv2.minAreaRect(around)
    if size[0] < size[1]:
        size, angle = (size[1], size[0]), angle + 90
    length, height = (max(1, round(side)) for side in size)
    if length < LINE * height or length < 2 * MIN_STROKES:
        return np.zeros(0, np.int64)
    turn = np.asarray(cv2.getRotationMatrix2D(centre, angle, 1.0))
    turn += np.array([[0.0, 0.0, length / 2 - centre[0]], [0.0, 0.0, height / 2 - centre[1]]])
    row = cv2.warpAffine(red, turn, (length, height))
    low, high = np.percentile(row, (10, 90))
    if high - low < PLAIN * CONTRAST:
        return np.zeros(0, np.int64)
    light = row > (low + high) / 2
    rising = light[:, 1:] & ~light[:, :-1]
    counts = rising.sum(axis=1)
    typical = np.argsort(counts)[3 * len(counts) // 4]
    return np.flatnonzero(rising[typical]) if counts[typical] >= MIN_STROKES else np.zeros(0, np.int64)


def regular(positions: npt.NDArray[np.int64]) -> bool:
    """Decide whether strokes are as regular as a ruler's."""
    distances = np.diff(positions)
    return bool(distances.std() < IRREGULAR * distances.mean())
