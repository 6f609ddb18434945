"""The background of one frame, and the frame without it. Knows this frame alone, none seen before."""

from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.pixels.arrays import ImagePlane
from stream.pixels.colours import Brightness, Colours
from stream.pixels.conversion import halved

Flat = Colours
"""A flat field at half of the frame's resolution. Levels: PLAIN_SKIN + CONTRAST * (brightness over that of the
surroundings - 1), clipped to 8 bits."""

Surroundings = npt.NDArray[np.float32]
"""(height, width, 3) float32 BGR: the background of a picture, at 1/16 of the frame's resolution."""

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
_BLOCK_PX: Final = 8  # pixels of half of the frame's resolution in one of 1/16
_GAIN_ONE: Final = 1024
"""Gains are integers of 16 bits, in steps of 0.01 % to 0.07 %: multiplied so, they take half the time of floats."""
_LEAST: Final[Any] = float(CONTRAST - PLAIN_SKIN)  # OpenCV takes a number too, its types do not say so
_MOST_GAIN: Final = np.float32(np.iinfo(np.uint16).max / _GAIN_ONE)


def background(quarter: Colours, mask: ImagePlane | None = None) -> Surroundings:
    """Return the picture as it would be without vessels: heavily blurred, never 0.

    quarter: the picture at a quarter of the frame's resolution. mask: 1 at pixels of it that are not tissue. They are
    left out, and filled from around them.
    """
    small = cv2.merge(block_means(quarter, mask, 2))
    beyond = ((_REACH_PX, _REACH_PX), (_REACH_PX, _REACH_PX), (0, 0))
    # Odd: brightness goes on beyond the border as it came. Mirrored, light that falls off would look like a vessel.
    padded = np.pad(small, beyond, mode="reflect", reflect_type="odd")
    blurred = cv2.GaussianBlur(padded, (0, 0), BLUR_SIGMA_PX)[_REACH_PX:-_REACH_PX, _REACH_PX:-_REACH_PX]
    return np.maximum(blurred, np.float32(1.0))


def block_means(planes: Sequence[ImagePlane], hidden: ImagePlane | None, halvings: int) -> list[Brightness]:
    """Return the means of blocks of each plane, 2 ** `halvings` pixels wide.

    hidden: not 0 at pixels that do not count; the blocks are filled from around them.
    """
    if hidden is None or not cv2.countNonZero(hidden):
        return [_shrunk(plane, halvings) for plane in planes]
    seen = np.asarray(cv2.threshold(hidden, 0, 255, cv2.THRESH_BINARY_INV)[1], np.uint8)
    shares = _shrunk(seen, halvings)
    return [filled(_shrunk(np.asarray(cv2.bitwise_and(plane, seen)), halvings), shares) for plane in planes]


def _shrunk(plane: ImagePlane, halvings: int) -> Brightness:
    means = halved(plane).astype(np.float32)
    for _ in range(halvings - 1):
        means = halved(means)
    return means


def filled(means: Brightness, seen: Brightness) -> Brightness:
    """Return the mean of the seen pixels of each block, mixed with that of the blocks around, by the share unseen.

    means: the means of blocks in which unseen pixels count as 0. seen: the share of each block that is seen, 0 to 255.
    """
    shares = seen / np.float32(255)
    around = np.full_like(means, means.sum() / np.maximum(shares.sum(), np.float32(1)))
    # From wide to near: what is further away counts only as far as nothing nearer is seen, so the fill has no step.
    for width in _FILL_WIDTHS_PX:
        size, border = (width, width), cv2.BORDER_CONSTANT
        count = cv2.blur(shares, size, borderType=border)
        around = (cv2.blur(means, size, borderType=border) + _FARTHER * around) / (count + _FARTHER)
    return np.asarray(means + (1 - shares) * around, np.float32)


def flat_field(half: Colours, quarter: Colours, mask: ImagePlane | None = None) -> Flat:
    """Divide a picture by its background.

    half, quarter: the picture at half and at a quarter of the frame's resolution. mask: as in `background`. What it
    covers is plain skin in the result: nothing is found there.
    """
    gains = np.minimum(np.float32(CONTRAST) / background(quarter, mask), _MOST_GAIN)
    steps = cv2.split(np.rint(gains * np.float32(_GAIN_ONE)).astype(np.uint16))
    flat = Flat(*map(_flattened, half, steps))
    if mask is not None and mask.any():
        height, width = half.shape
        covered = cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST)
        plain = np.full(half.shape, PLAIN_SKIN, np.uint8)
        for plane in flat:
            cv2.copyTo(plain, covered, plane)
    return flat


def _flattened(plane: ImagePlane, gain: cv2.typing.MatLike) -> ImagePlane:
    """Return a colour times its gain, less CONTRAST - PLAIN_SKIN, clipped to 8 bits."""
    large = enlarged(gain, _BLOCK_PX, plane)
    levels = cv2.multiply(plane.astype(np.uint16), large, dst=large, scale=1 / _GAIN_ONE)
    # No less than what becomes 0: `convertScaleAbs` would turn it positive.
    levels = cv2.max(levels, _LEAST, dst=levels)
    return np.asarray(cv2.convertScaleAbs(levels, beta=PLAIN_SKIN - CONTRAST), np.uint8)


def enlarged(small: npt.NDArray[Any], times: int, like: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return what was halved again and again as large as it was before: (height, width) of `like`, linear between."""
    height, width = like.shape
    return cv2.resize(small, None, fx=times, fy=times, interpolation=cv2.INTER_LINEAR)[:height, :width]


def darkness(levels: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return how much darker than their surroundings levels of a flat field are: 0 plain skin, 0.1 a tenth darker."""
    return np.asarray((PLAIN_SKIN - np.asarray(levels, np.float64)) / CONTRAST)
