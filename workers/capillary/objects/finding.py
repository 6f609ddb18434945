"""Objects found in one frame: their pixels, with their soft edges, and a name for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from stream.pixels.colours import Colours
from stream.protocol.contracts import PictureObject, Pixels
from workers.capillary.objects.marks import Marks, bright, dark
from workers.capillary.objects.naming import SCALE, named
from workers.capillary.objects.relative import relative

GROWTH_PX: Final = 8
"""An object goes on from what is surely one for up to 8 px of a quarter of the frame's resolution: a hair of 64 px of
the full frame is found from its two edges."""
MARGIN_PX: Final = 1

_NEAR: Final = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
_MARGIN: Final = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * MARGIN_PX + 1,) * 2)


@dataclass(frozen=True, slots=True)
class Objects:
    """What is in the picture and is not tissue.

    mask: (height, width) uint8 at a quarter of the frame's resolution, 1 on objects and their soft edge.
    found: each object with its name, outline and area in full-frame pixels.
    """

    mask: Pixels
    found: Sequence[PictureObject]

    def share(self, name: str) -> float:
        """Return the share of the frame that objects of this name cover, 0 to 1."""
        covered = sum(thing.area_px for thing in self.found if thing.name == name)
        return float(covered / (SCALE**2 * self.mask.size))


def find_objects(quarter: Colours) -> Objects:
    """Find what is no tissue in a picture at a quarter of the frame's resolution."""
    picture = relative(quarter)
    darker, brighter = grown(dark(picture)), grown(bright(picture))
    marked = cv2.bitwise_or(darker, brighter)
    if not cv2.countNonZero(marked):
        return Objects(np.zeros(quarter.shape, np.uint8), [])
    mask = cv2.dilate(marked, _MARGIN).astype(np.uint8, copy=False)
    found = named(darker, brighter, mask, picture.black, quarter.red)
    return Objects(cv2.threshold(mask, 0, 1, cv2.THRESH_BINARY)[1].astype(np.uint8, copy=False), found)


def grown(marks: Marks) -> Pixels:
    """Return what is sure, and what is soft and hangs together with it within GROWTH_PX; 255 in a uint8 mask."""
    result = marks.sure
    for _ in range(GROWTH_PX // 2 if cv2.countNonZero(marks.sure) else 0):
        near = cv2.bitwise_and(cv2.dilate(result, _NEAR), marks.soft)
        result = cv2.bitwise_or(marks.sure, near).astype(np.uint8, copy=False)
    return result
