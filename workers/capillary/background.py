"""The background of one frame, and the frame without it. Knows this frame alone, none seen before."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.pixels.conversion import halved
from stream.protocol.contracts import Pixels

Flat = Pixels
"""(height, width, 3) uint8, BGR: PLAIN_SKIN + CONTRAST * (brightness over that of the surroundings - 1), clipped."""

PLAIN_SKIN: Final = 160
CONTRAST: Final = 384
"""Levels of a flat field for a brightness of 1: 8 bits hold 42 % darker to 25 % brighter than skin, in steps of 0.26 %,
a third of what one grey level of the camera is."""

BLUR_SIGMA_PX: Final = 3.0
"""Width of the Gaussian that makes the background, in pixels of 1/16 of the frame: 48 full-frame px."""

_REACH_PX: Final = 12  # four sigma, as far as OpenCV's own kernel
_FILL_WIDTHS_PX: Final = (61, 13)
"""What is not tissue is filled from 13 blocks around, as wide as the blur; if none is tissue from 61, half a frame."""
_FARTHER: Final = np.float32(0.003)
"""Weight of the wider mean against the nearer: half a block of the 13x13."""
_ALL: Final = np.array([255] * 3 + [0], np.float64)
_PLAIN: Final = np.array([PLAIN_SKIN] * 3 + [0], np.float64)
_STRIP_PX: Final = 32
_DARKEST: Final = np.array([CONTRAST - PLAIN_SKIN] * 3 + [0], np.float64)


def background(half: Pixels, mask: Pixels | None = None) -> npt.NDArray[np.float32]:
    """Return a half-resolution picture as it would be without vessels: heavily blurred, 1/8 of its size, never 0.

    mask: (height, width) uint8, 1 at pixels that are not tissue. They are left out, and filled from around them.
    """
    small = _sixteenth(half) if mask is None or not mask.any() else _without(half, mask)
    beyond = ((_REACH_PX, _REACH_PX), (_REACH_PX, _REACH_PX), (0, 0))
    # Odd: brightness goes on beyond the border as it came. Mirrored, light that falls off would look like a vessel.
    padded = np.pad(small, beyond, mode="reflect", reflect_type="odd")
    blurred = cv2.GaussianBlur(padded, (0, 0), BLUR_SIGMA_PX)[_REACH_PX:-_REACH_PX, _REACH_PX:-_REACH_PX]
    return np.maximum(blurred, np.float32(1.0))


def _sixteenth(half: Pixels) -> npt.NDArray[np.float32]:
    return halved(halved(halved(half))).astype(np.float32)


def _without(half: Pixels, mask: Pixels) -> npt.NDArray[np.float32]:
    quarter, hidden = halved(half), halved(255 * mask)
    seen = cv2.threshold(hidden, 0, 255, cv2.THRESH_BINARY_INV)[1].astype(np.uint8, copy=False)
    tissue = cv2.copyTo(quarter, seen).astype(np.uint8, copy=False)
    return filled(halved(halved(tissue)), halved(halved(seen)))


def filled(means: Pixels, seen: Pixels) -> npt.NDArray[np.float32]:
    """Return the mean of the seen pixels of each block, mixed with that of the blocks around, by the share unseen.

    means: (height, width, 3) uint8, the means of blocks in which unseen pixels count as 0.
    seen: (height, width) uint8, the share of each block that is seen, 0 to 255.
    """
    shares = seen.astype(np.float32) / np.float32(255)
    sums = means.astype(np.float32)
    around = sums.sum((0, 1)) / np.maximum(shares.sum(), np.float32(1))
    # From wide to near: what is further away counts only as far as nothing nearer is seen, so the fill has no step.
    for width in _FILL_WIDTHS_PX:
        size, border = (width, width), cv2.BORDER_CONSTANT
        count = cv2.blur(shares, size, borderType=border)[..., np.newaxis]
        around = (cv2.blur(sums, size, borderType=border) + _FARTHER * around) / (count + _FARTHER)
    return np.asarray(sums + (1 - shares[..., np.newaxis]) * around, np.float32)


def flat_field(half: Pixels, mask: Pixels | None = None) -> Flat:
    """Divide the half-resolution picture, (height, width, 3) uint8, by its background.

    mask: as in `background`. What it covers is plain skin in the result: nothing is found there.
    """
    height, width = half.shape[:2]
    gain = cv2.resize(np.float32(CONTRAST) / background(half, mask), (width, height), interpolation=cv2.INTER_LINEAR)
    flat = np.empty_like(half)
    for top in range(0, height, _STRIP_PX):  # what is between stays in the processor's cache
        strip = slice(top, top + _STRIP_PX)
        levels = cv2.multiply(half[strip], gain[strip], dtype=cv2.CV_16U)
        cv2.subtract(levels, _DARKEST, dst=flat[strip], dtype=cv2.CV_8U)
    if mask is not None and mask.any():
        left, top, width, height = cv2.boundingRect(mask)
        around, inside = (plane[top : top + height, left : left + width] for plane in (flat, mask))
        cv2.subtract(around, _ALL, dst=around, mask=inside)
        cv2.add(around, _PLAIN, dst=around, mask=inside)
    return flat


def darkness(levels: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return how much darker than their surroundings levels of a flat field are: 0 plain skin, 0.1 a tenth darker."""
    return np.asarray((PLAIN_SKIN - np.asarray(levels, np.float64)) / CONTRAST)
