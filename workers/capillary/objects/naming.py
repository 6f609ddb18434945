"""The separate objects of a mask, and a name for each, by its shape, its place and its colour."""

from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np

from stream.protocol.contracts import PictureObject, Pixels
from workers.capillary.objects.groups import Outline, bounding, grouped, hull, outlines_in
from workers.capillary.objects.patterns import enclosed, is_bubble, regular, rises

SCALE: Final = 4
"""Full-frame px for one pixel of a mask."""
STROKES_APART: Final = 64
PIECES_APART: Final = 128
"""Full-frame px up to which the strokes of a text or ruler, and the pieces of a thin rim, are apart."""
SMALLEST_PX: Final = 40
"""Around a bubble of 50 full-frame px, or the shortest text, the outlines are as long."""
LONG: Final = 6.0
"""Square of half the outline's length over the area: 6 for a straight hair four times as long as wide, 3 for a disc."""
ON_EDGE_PX: Final = 25
"""A border lies along the frame's edge for 100 full-frame px or more; a hair of 44 px crosses it within 70."""

_Named = tuple[str, Outline]


def named(darker: Pixels, brighter: Pixels, mask: Pixels, black: Pixels, red: Pixels) -> list[PictureObject]:
    """Outline and name what is in the masks, (height, width) uint8 at a quarter of the frame's resolution.

    darker, brighter, black: 255 at pixels that are darker or brighter than tissue, or black.
    mask: 255 at these and at their margin. What lies between the strokes of a text or of a ruler, and inside the rim of
    a bubble, is added to it.
    red: the red of the picture.
    """

    def row(group: Sequence[Outline]) -> _Named | None:
        around = hull(group)
        positions = rises(around, red)
        return ("ruler" if regular(positions) else "text", around) if positions.size else None

    def bubble(group: Sequence[Outline]) -> _Named | None:
        around = hull(group)
        is_rim = is_bubble(around, darker, brighter)
        return ("bubble", enclosed(group, around, mask.shape)) if is_rim else None

    rows, others = _split(outlines_in(mask), STROKES_APART, row)
    bubbles, others = _split(others, PIECES_APART, bubble)
    for _, outline in rows + bubbles:
        cv2.drawContours(mask, [outline], -1, (255,), -1)
    singles = [(_name(outline, darker, brighter, black), outline) for outline in others]
    return [_object(name, outline) for name, outline in rows + bubbles + singles]


def _split(
    outlines: Sequence[Outline], apart: int, judge: Callable[[Sequence[Outline]], _Named | None]
) -> tuple[list[_Named], list[Outline]]:
    """Return what groups of outlines are together, and all other outlines."""
    together, others = [], []
    for group in grouped(outlines, apart):
        is_speck = sum(map(len, group)) < SMALLEST_PX
        if not is_speck and (found := judge(group)):
            together.append(found)
        else:
            others += group
    return together, others


def _name(outline: Outline, darker: Pixels, brighter: Pixels, black: Pixels) -> str:
    box, inside = bounding(outline)
    if _share(black[box], inside) > 0.3 and _on_edge(outline, darker.shape) >= ON_EDGE_PX:
        return "border"
    area, length = cv2.contourArea(outline) + 1, cv2.arcLength(outline, closed=True) / 2
    long = length * length > LONG * area
    if _share(brighter[box], inside) > _share(darker[box], inside):
        return "fibre" if long else "glare"
    return "hair" if long else "dirt"


def _on_edge(outline: Outline, shape: tuple[int, ...]) -> int:
    x, y = outline[:, 0, 0], outline[:, 0, 1]
    return int(np.count_nonzero((x == 0) | (y == 0) | (x == shape[1] - 1) | (y == shape[0] - 1)))


def _share(part: Pixels, inside: Pixels) -> float:
    return cv2.countNonZero(cv2.bitwise_and(part, inside)) / max(1, cv2.countNonZero(inside))


def _object(name: str, outline: Outline) -> PictureObject:
    area = SCALE**2 * cv2.countNonZero(bounding(outline)[1])
    return PictureObject(name, outline.reshape(-1, 2) * np.int32(SCALE), float(area))
