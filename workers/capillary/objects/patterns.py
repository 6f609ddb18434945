"""What marks are together: the rim of a bubble, a line of text, the strokes of a ruler."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Pixels
from workers.capillary.objects.groups import Outline, bounding

HOLLOW: Final = 0.6
ROUND: Final = 3.0
"""Inside a rim, marks cover at most 0.6, and it is at most three times as long as wide. A speck covers itself."""
RIM: Final = 0.8
LENS_RIM: Final = 0.5
"""A rim lies along 0.8 of the convex outline around it; along a half if much of it is brighter than skin and some of it
darker, as only a lens is. (A bent hair lies along 0.61 of the outline around it, if it is half a circle.)"""
LENS: Final = (0.25, 0.9)
"""Share of a lens's rim that is brighter than skin: from and to."""

DIRECTIONS: Final = 72

MIN_STROKES: Final = 8
LINE: Final = 3.0
"""Text and rulers: a straight row, three times as long as high, of eight strokes or more."""
CONTRAST: Final = 0.15
IRREGULAR: Final = 0.2
"""Spread of the distances between a ruler's strokes over their mean; letters are less regular."""

_NEAR: Final = np.ones((13, 13), np.uint8)  # pieces of a rim reach 24 full-frame px


def is_bubble(around: Outline, darker: Pixels, brighter: Pixels) -> bool:
    """Decide whether the marks inside a convex outline are the rim of a bubble."""
    box, inside = bounding(around)
    dark, bright = (cv2.bitwise_and(part[box], inside) for part in (darker, brighter))
    marks = cv2.bitwise_or(dark, bright)
    middle = cv2.erode(inside, _NEAR, borderValue=0)
    in_the_middle, middle_px = cv2.countNonZero(cv2.bitwise_and(marks, middle)), cv2.countNonZero(middle)
    width, length = sorted(cv2.minAreaRect(around)[1])
    if not middle_px or in_the_middle > HOLLOW * middle_px or length > ROUND * width:
        return False
    rim = _visible_rim(around, darker.shape)[box]
    along = cv2.countNonZero(cv2.bitwise_and(cv2.dilate(marks, _NEAR), rim)) / max(1, cv2.countNonZero(rim))
    low, high = LENS
    is_lens = low <= cv2.countNonZero(bright) / max(1, cv2.countNonZero(marks)) <= high
    return along >= (LENS_RIM if is_lens else RIM)


def _visible_rim(around: Outline, shape: tuple[int, ...]) -> Pixels:
    """Return the line of an outline, 255 in a uint8 mask, but that at the frame's edge: what is cut off has no rim."""
    rim = np.zeros(shape, np.uint8)
    cv2.drawContours(rim, [around], -1, (255,), 1)
    return cv2.copyMakeBorder(rim[1:-1, 1:-1], 1, 1, 1, 1, cv2.BORDER_CONSTANT).astype(np.uint8, copy=False)


def enclosed(pieces: Sequence[Outline], around: Outline, shape: tuple[int, ...]) -> Outline:
    """Return the outline of a bubble: the outermost piece of its rim in each direction, and a smooth way between them.

    around: the convex outline around the pieces; it would enclose the skin beside a waist. shape: of the frame's mask.
    """
    moments = cv2.moments(around)
    centre = np.array([moments["m10"], moments["m01"]]) / max(moments["m00"], 1.0)
    x, y = (np.concatenate(pieces)[:, 0] - centre).T
    directions = ((np.arctan2(y, x) / (2 * np.pi) + 0.5) * DIRECTIONS).astype(int) % DIRECTIONS
    farthest = np.zeros(DIRECTIONS)
    np.maximum.at(farthest, directions, np.hypot(x, y) + 1)
    seen = np.flatnonzero(farthest)
    every = np.arange(DIRECTIONS)
    radii = np.interp(every, seen, farthest[seen], period=DIRECTIONS)
    # A speck beside the bubble, or light inside it that is alone in its direction, is no part of the rim.
    radii = np.median([np.roll(radii, turn) for turn in range(-2, 3)], axis=0)
    angles = ((every + 0.5) / DIRECTIONS - 0.5) * 2 * np.pi
    points = centre + radii[:, np.newaxis] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    inside = np.clip(np.rint(points), 0, (shape[1] - 1, shape[0] - 1))
    return np.asarray(inside.reshape(-1, 1, 2), np.int32)


def rises(around: Outline, red: Pixels) -> npt.NDArray[np.int64]:
    """Return the positions of strokes along a straight row of them, in px; none if it is no such row.

    red: (height, width) uint8, the red of the picture in which `around` is an outline.
    """
    centre, size, angle = cv2.minAreaRect(around)
    if size[0] < size[1]:
        size, angle = (size[1], size[0]), angle + 90
    length, height = (max(1, round(side)) for side in size)
    if length < LINE * height or length < 2 * MIN_STROKES:
        return np.zeros(0, np.int64)
    turn = np.asarray(cv2.getRotationMatrix2D(centre, angle, 1.0))
    turn += np.array([[0.0, 0.0, length / 2 - centre[0]], [0.0, 0.0, height / 2 - centre[1]]])
    row = cv2.warpAffine(red, turn, (length, height))
    levels = np.sort(row[::3, ::3], axis=None)
    dark, light = float(levels[len(levels) // 10]), float(levels[-1 - len(levels) // 10])
    if light - dark < CONTRAST * light:
        return np.zeros(0, np.int64)
    rising = _rising(row, dark + 0.3 * (light - dark), dark + 0.7 * (light - dark))
    counts = rising.sum(axis=1)
    typical = np.argsort(counts)[len(counts) * 4 // 5]
    return np.flatnonzero(rising[typical]) if counts[typical] >= MIN_STROKES else np.zeros(0, np.int64)


def _rising(row: cv2.typing.MatLike, low: float, high: float) -> npt.NDArray[np.bool_]:
    """Return the pixels at which each line of a picture comes from below `low` to above `high`."""
    columns = np.arange(row.shape[1])
    decided = np.maximum.accumulate(np.where((row < low) | (row > high), columns, 0), axis=1)
    light = np.take_along_axis(row > high, decided, axis=1)
    return np.asarray(light[:, 1:] & ~light[:, :-1])


def regular(positions: npt.NDArray[np.int64]) -> bool:
    """Decide whether strokes are as regular as a ruler's."""
    distances = np.diff(positions)
    return bool(distances.std() < IRREGULAR * distances.mean())
