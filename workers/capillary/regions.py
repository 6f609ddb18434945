"""Regions that may be capillaries: dark, reddish patches of the flat field, as outlines. Deliberately generous."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from stream.pixels.arrays import ImagePlane
from workers.capillary.background import CONTRAST, PLAIN_SKIN, Flat

Outline = npt.NDArray[np.int32]
"""(n, 2) int32: x then y, in half-resolution pixels, every pixel of the border."""

PEAK_SHARE: Final = 0.45
MIN_DARKNESS: Final = 0.012
"""Darkness at which a patch ends at the latest: six standard deviations of what a camera's noise of 2 grey levels is
after smoothing. More would cut faint patches smaller than dark ones, and so let the density fall with the contrast."""
MIN_PIXELS: Final = 20
MIN_BORDER: Final = 12
"""No border of fewer pixels holds as many: n steps, diagonal ones too, go around n * n / 8 at most."""

MAX_VESSEL_PIXELS: Final = 3000
"""Larger patches are shadows, or several vessels: they do not say how dark a vessel of the frame is."""
PEAK_OF_DEPTH: Final = 0.45
MIN_PEAK: Final = 0.025
MIN_DEPTH: Final = 0.06
"""Patches whose darkest point is fainter than 0.45 of the frame's depth, or 2.5 %, are left out: on the labelled frames
they are a sixth of all patches, and hold 0.7 % of the capillaries' area. Depth is 6 % at least: noise stays noise."""

_FAINTEST: Final = float(int(PLAIN_SKIN - CONTRAST * MIN_DARKNESS))
_NEAR: Final = (3, 3)
"""A mean over 3x3 px and weights of 1, 2, 1 smooth as a Gaussian of 1.1 px does, in half the time."""
_PAIR: Final = np.ones((2, 2), np.uint8)
_WINDOW: Final = np.ones((11, 11), np.uint8)
"""At half of the resolution: a window of 22 px."""
_EVENED: Final = (5, 5)
_DISC: Final = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))


class Proposal(NamedTuple):
    """A patch that may be a capillary.

    outline: border in half-resolution pixels.
    box: left, top, width, height in half-resolution pixels.
    area_px: full-frame pixels inside the polygon, its border included.
    """

    outline: Outline
    box: tuple[int, int, int, int]
    area_px: float

    @property
    def polygon_px(self) -> npt.NDArray[np.int32]:
        """(n, 2) int32 outline in full-frame pixels."""
        return self.outline * np.int32(2)


@dataclass(frozen=True, slots=True)
class Candidates:
    """What was found in one frame.

    mask: at half of the frame's resolution, 255 in every dark, reddish patch.
    green: the smoothed green of the flat field.
    depth: how much darker than skin the frame's vessels usually are at their darkest, see `depth_of`.
    proposals: the patches that stand out, top to bottom.
    """

    mask: ImagePlane
    green: ImagePlane
    depth: float
    proposals: list[Proposal]


def propose(flat: Flat) -> Candidates:
    """Find the patches of a flat field that may be capillaries."""
    green, red = smoothed(flat.green), smoothed(flat.red)
    mask = dark_and_reddish(green, red)
    patches = cv2.max(green, cv2.bitwise_not(mask)).astype(np.uint8, copy=False)
    every = outlines(mask)
    peaks = [least(found, patches) for found in every]
    depth = depth_of(every, peaks)
    darkest = PLAIN_SKIN - CONTRAST * max(MIN_PEAK, PEAK_OF_DEPTH * depth)
    return Candidates(mask, green, depth, [found for found, peak in zip(every, peaks, strict=True) if peak <= darkest])


def smoothed(plane: ImagePlane) -> ImagePlane:
    """Return one colour of the flat field, less its noise."""
    return cv2.GaussianBlur(cv2.blur(plane, _NEAR), _NEAR, 0).astype(np.uint8, copy=False)


def depth_of(patches: Sequence[Proposal], peaks: Sequence[int]) -> float:
    """Return how much darker than skin the frame's vessels usually are at their darkest, at least MIN_DEPTH.

    The upper quartile over patches of their darkest points: each patch counts once, however large or dark it is, and
    those of over MAX_VESSEL_PIXELS not at all, so that a hair or a shadow moves it by no more than its own rank.
    peaks: levels of the flat field at the darkest points.
    """
    pairs = zip(patches, peaks, strict=True)
    vessels = sorted(peak for found, peak in pairs if found.area_px <= 4 * MAX_VESSEL_PIXELS)
    if not vessels:
        return MIN_DEPTH
    rank, beyond = divmod(len(vessels) - 1, 4)  # the quartile lies between two ranks
    quartile = vessels[rank] + beyond / 4 * (vessels[min(rank + 1, len(vessels) - 1)] - vessels[rank])
    return max(MIN_DEPTH, (PLAIN_SKIN - quartile) / CONTRAST)


def dark_and_reddish(green: ImagePlane, red: ImagePlane) -> ImagePlane:
    """Return a mask, 255 at pixels of a smoothed flat field that are dark and reddish.

    Dark: 1 - green is more than a share of its maximum nearby; reddish: less dark in red than in green, as blood is.
    """
    height, width = green.shape
    # The darkest of 2x2 px, then of a window: the limit is smooth, and lies the same if the picture is mirrored.
    some = np.ascontiguousarray(cv2.erode(green, _PAIR, anchor=(0, 0))[::2, ::2])
    darkest = cv2.blur(cv2.erode(some, _WINDOW), _EVENED)
    limit = cv2.addWeighted(darkest, PEAK_SHARE, darkest, 0.0, PLAIN_SKIN * (1.0 - PEAK_SHARE))
    limit = cv2.threshold(limit, _FAINTEST, 0.0, cv2.THRESH_TRUNC)[1]
    dark = cv2.compare(green, cv2.resize(limit, (width, height), interpolation=cv2.INTER_LINEAR), cv2.CMP_LT)
    both = cv2.bitwise_and(dark, cv2.compare(red, green, cv2.CMP_GT))
    return cv2.morphologyEx(both, cv2.MORPH_OPEN, _DISC).astype(np.uint8, copy=False)


def least(found: Proposal, plane: ImagePlane) -> int:
    """Return the smallest value in a proposal's box."""
    left, top, width, height = found.box
    return int(cv2.minMaxLoc(plane[top : top + height, left : left + width])[0])


def outlines(mask: ImagePlane) -> list[Proposal]:
    """Return the separate patches of a mask, holes filled, specks left out; top to bottom."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    borders = [c.reshape(-1, 2).astype(np.int32, copy=False) for c in contours if len(c) >= MIN_BORDER]
    return [found for found in map(proposal, borders) if found.area_px >= 4 * MIN_PIXELS]


def proposal(outline: Outline) -> Proposal:
    """Make a proposal from its border pixels."""
    left, top, width, height = cv2.boundingRect(outline)
    return Proposal(outline, (left, top, width, height), area_px(outline))


def area_px(outline: Outline) -> float:
    """Return the number of full-frame pixels inside an outline, its border included.

    Its polygon in full-frame pixels has every second border point as a corner, so by Pick's theorem
    (area + border points / 2 + 1) it holds 4 * area + points + 1 pixels.
    """
    return 4.0 * cv2.contourArea(outline) + len(outline) + 1.0
