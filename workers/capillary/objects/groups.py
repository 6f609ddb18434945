"""Marks that are close to each other, as one group: the letters of a text, the pieces of a bubble's rim."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Pixels

Outline = npt.NDArray[np.int32]
"""(n, 1, 2) int32: x then y, in pixels of a quarter of the frame's resolution."""

_BLOCK_PX: Final = 16  # full-frame px, four of a mask


def outlines_in(mask: Pixels) -> list[Outline]:
    """Return the outlines of what is separate in a (height, width) uint8 mask; those of holes are part of them."""
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outlines = {index: np.asarray(contour, np.int32) for index, contour in enumerate(contours) if tree[0, index, 3] < 0}
    for contour, (_, _, _, parent) in zip(contours, tree[0] if outlines else [], strict=True):
        if parent >= 0:
            outlines[parent] = _bridged(outlines[parent], np.asarray(contour, np.int32))
    return list(outlines.values())


def _bridged(outline: Outline, hole: Outline) -> Outline:
    """Return one outline that goes around, over to the hole by a short bridge, around it and back."""
    away = int(np.argmin(np.abs(outline - hole[0]).sum(axis=(1, 2))))
    return np.concatenate([outline[: away + 1], hole, hole[:1], outline[away:]])


def grouped(outlines: Sequence[Outline], apart: int) -> list[list[Outline]]:
    """Return the outlines, those together that are up to `apart` full-frame px from each other."""
    if len(outlines) < 2:
        return [[outline] for outline in outlines]
    blocks = [outline // 4 for outline in outlines]
    width, height = np.concatenate(blocks).max((0, 1)) + 1
    reached = np.zeros((height, width), np.uint8)
    for block in blocks:
        reached[block[:, 0, 1], block[:, 0, 0]] = 1
    reach = apart // (2 * _BLOCK_PX)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2)
    labels = cv2.connectedComponents(cv2.dilate(reached, disc))[1]
    groups: dict[int, list[Outline]] = defaultdict(list)
    for outline, block in zip(outlines, blocks, strict=True):
        groups[int(labels[block[0, 0, 1], block[0, 0, 0]])].append(outline)
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
