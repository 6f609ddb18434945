"""Marks that are close to each other, as one group: the letters of a text, the pieces of a bubble's rim."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Pixels
from workers.capillary.background import halved

Outline = npt.NDArray[np.int32]
"""(n, 1, 2) int32: x then y, in pixels of a quarter of the frame's resolution."""

REACH_BLOCKS: Final = 4
"""Marks less than two times 64 full-frame px from each other are a group: as far as pieces of a thin rim are."""

_DISC: Final = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * REACH_BLOCKS + 1,) * 2)


def grouped(mask: Pixels) -> list[list[Outline]]:
    """Return the outlines in a (height, width) uint8 mask, those close to each other together."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return []
    blocks = cv2.threshold(halved(halved(mask)), 0, 255, cv2.THRESH_BINARY)[1]
    labels = cv2.connectedComponents(cv2.dilate(blocks, _DISC))[1]
    groups: dict[int, list[Outline]] = defaultdict(list)
    for contour in contours:
        x, y = contour[0, 0] // 4
        groups[int(labels[y, x])].append(np.asarray(contour, np.int32))
    return list(groups.values())


def hull(outlines: Sequence[Outline]) -> Outline:
    """Return the smallest convex outline around all outlines."""
    return np.asarray(cv2.convexHull(np.concatenate(outlines)), np.int32)


def bounding(outline: Outline) -> tuple[tuple[slice, slice], Pixels]:
    """Return the box of an outline, as slices of rows and columns, and which of its pixels are inside: 255 or 0."""
    left, top, width, height = cv2.boundingRect(outline)
    inside = np.zeros((height, width), np.uint8)
    cv2.drawContours(inside, [outline - np.array([left, top], np.int32)], -1, (255,), -1)
    return np.s_[top : top + height, left : left + width], inside
