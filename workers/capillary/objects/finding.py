"""Objects found in one frame: what is darker, greyer or brighter than tissue can be, with its soft edge, and a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from stream.protocol.contracts import PictureObject, Pixels
from workers.capillary.background import halved
from workers.capillary.objects.naming import named
from workers.capillary.objects.relative import PLAIN, Relative, relative

MIN_DARKNESS: Final = 0.12
GREY_SHARE: Final = 0.8
"""An object takes away red almost as it takes green; blood lets red through. Over the labelled capillaries, red loses
half of what green loses (median); of their pixels that lose 0.12 of red or more, all but 1 % lose less than 0.72 of
what green loses, in the worst frame (0.79 as a JPEG of quality 50), and none more than 0.76 (0.85)."""

SOFT_DARKNESS: Final = 0.05
SOFT_GREY_SHARE: Final = 0.62
"""Next to an object, this is its soft edge or a fainter part of it, up to GROWTH_PX away."""

MIN_BRIGHTNESS: Final = 0.12
SOFT_BRIGHTNESS: Final = 0.06
"""Tissue is nowhere brighter in red than its surroundings by more than 0.08 (labelled frames: 99.99 % of the pixels),
0.10 at a gamma of 1.25."""

GROWTH_PX: Final = 8
MARGIN_PX: Final = 1
"""In pixels of a quarter of the frame's resolution."""

_NEAR: Final = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
_MARGIN: Final = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * MARGIN_PX + 1,) * 2)


@dataclass(frozen=True, slots=True)
class Objects:
    """What is in the picture and is not tissue.

    mask: (height, width) uint8 at half resolution, 1 on objects and their soft edge.
    found: each object with its name, outline and area in full-frame pixels.
    """

    mask: Pixels
    found: Sequence[PictureObject]

    def share(self, name: str) -> float:
        """Return the share of the frame that objects of this name cover, 0 to 1."""
        covered = sum(thing.area_px for thing in self.found if thing.name == name)
        return float(covered / (4 * self.mask.size))


def find_objects(half: Pixels) -> Objects:
    """Find what is no tissue in a half-resolution picture, (height, width, 3) uint8 BGR."""
    height, width = half.shape[:2]
    quarter = halved(half)
    picture = relative(quarter)
    dark, bright = _grown(*_dark(picture)), _grown(*_bright(picture))
    mask = cv2.dilate(cv2.bitwise_or(dark, bright), _MARGIN).astype(np.uint8, copy=False)
    found = named(mask, dark, bright, picture)
    return Objects(cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.uint8) // 255, found)


def _dark(picture: Relative) -> tuple[Pixels, Pixels]:
    """Return what is surely a dark object, and what may be the edge of one; 255 in uint8 masks."""
    sure = _below(picture, MIN_DARKNESS, GREY_SHARE)
    return cv2.bitwise_or(sure, picture.black).astype(np.uint8), _below(picture, SOFT_DARKNESS, SOFT_GREY_SHARE)


def _below(picture: Relative, darkness: float, grey_share: float) -> Pixels:
    dark = cv2.inRange(picture.red, 0, PLAIN * (1 - darkness))
    # 1 - red > share * (1 - green), in levels
    greyness = cv2.addWeighted(picture.red, 1.0, picture.green, -grey_share, 0.0)
    grey = cv2.inRange(greyness, 0, PLAIN * (1 - grey_share))
    return cv2.bitwise_and(dark, grey).astype(np.uint8, copy=False)


def _bright(picture: Relative) -> tuple[Pixels, Pixels]:
    """Return what is surely brighter than tissue, and what may be the edge of it; 255 in uint8 masks."""
    sure, soft = (_above(picture, brightness) for brightness in (MIN_BRIGHTNESS, SOFT_BRIGHTNESS))
    return cv2.bitwise_or(sure, picture.white).astype(np.uint8), soft


def _above(picture: Relative, brightness: float) -> Pixels:
    level = PLAIN * (1 + brightness)
    return cv2.threshold(picture.red, level, 255, cv2.THRESH_BINARY)[1].astype(np.uint8, copy=False)


def _grown(sure: Pixels, soft: Pixels) -> Pixels:
    """Return what is sure, and what is soft and hangs together with it within GROWTH_PX; 255 in a uint8 mask."""
    grown = sure
    for _ in range(GROWTH_PX // 2):
        grown = cv2.bitwise_or(sure, cv2.bitwise_and(cv2.dilate(grown, _NEAR), soft)).astype(np.uint8, copy=False)
    return grown
