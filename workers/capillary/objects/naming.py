"""The separate objects of a mask, and a name for each, by its shape, its place and its colour."""

from typing import Final

import cv2
import numpy as np

from stream.protocol.contracts import PictureObject, Pixels
from workers.capillary.objects.groups import Outline, bounding, grouped, hull
from workers.capillary.objects.patterns import is_bubble, regular, rises
from workers.capillary.objects.relative import Relative

SCALE: Final = 4
"""Full-frame px for one pixel of a mask."""
LONG: Final = 5.0
"""A hair or a fibre is at least five times as long as wide."""
ON_EDGE_PX: Final = 25
"""A border lies along the frame's edge for 100 full-frame px or more; a hair of 44 px crosses it within 70."""


def named(darker: Pixels, brighter: Pixels, mask: Pixels, picture: Relative) -> list[PictureObject]:
    """Outline and name what is in the masks, (height, width) uint8 at a quarter of the frame's resolution.

    darker, brighter: 255 at pixels that are darker or brighter than tissue.
    mask: 255 at these and at their margin. What lies between the strokes of a text or of a ruler, and inside the rim of
    a bubble, is added to it.
    """
    found = []
    for outlines in grouped(mask):
        around = hull(outlines)
        name = _pattern(around, darker, brighter, picture)
        if name:
            cv2.drawContours(mask, [around], -1, (255,), -1)
            found.append(_object(name, around))
        else:
            found += [_object(_name(outline, darker, brighter, picture), outline) for outline in outlines]
    return found


def _pattern(around: Outline, darker: Pixels, brighter: Pixels, picture: Relative) -> str:
    """Return what several marks are together; empty if they are nothing together."""
    if is_bubble(around, darker, brighter):
        return "bubble"
    positions = rises(around, picture.red)
    if not positions.size:
        return ""
    return "ruler" if regular(positions) else "text"


def _name(outline: Outline, darker: Pixels, brighter: Pixels, picture: Relative) -> str:
    box, inside = bounding(outline)
    if _share(picture.black[box], inside) > 0.3 and _on_edge(outline, darker.shape) >= ON_EDGE_PX:
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
