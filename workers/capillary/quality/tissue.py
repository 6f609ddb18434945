"""Whether a picture looks like skin in colour at the magnification that the analysis was made for, in numbers.

Colour and width of lines are measured on the flat field at 1/8 of the frame: the fall of the light and the tint of the
whole picture are gone, found objects are plain skin, and noise and chroma blocks are averaged over 64 pixels.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Pixels
from workers.capillary.background import CONTRAST, PLAIN_SKIN, Flat, halved
from workers.capillary.quality.noise import STRONG, beyond_noise, ranked

Plane = npt.NDArray[np.float32]

TILES: Final = (10, 6)
"""Columns and rows of tiles: several times as wide as a vessel, and so many that an object touches less than half."""
FINE_PX: Final = (1.0, 1.41)
COARSE_PX: Final = (1.41, 2.0)
"""Sigmas of two differences of Gaussians, half an octave each: the fine one in pixels of 1/8 frame, the coarse one of
1/16, so 8 to 11 px and 23 to 32 px of the frame. They answer most to lines 16 to 22 px and 45 to 64 px wide; the
capillaries of the labelled frames lie between."""
LEAST: Final = 1e-3
"""0.1 % of the brightness, a third of a level of a flat field: what varies less does not vary."""


def tissue_measures(flat: Flat, thumbnail: Pixels) -> dict[str, float]:
    """Return what tells skin in colour from other pictures; `thumbnail` is the frame's, (135, 240) uint8.

    contrast: variation of the brightness within a tile, as a share of the brightness, in the median tile. Skin is
    translucent: the light in it evens it out. No object moves the median that touches less than half of the tiles.
    colour: redness of the reddest spots beyond noise, over the variation of the flat field in the median tile. Blood is
    dark in green and hardly in red; in a grey picture all channels go alike, whatever its tint. Fainter, both halve.
    line_width: redness of coarse lines over that of fine ones; it grows with the width of vessels in pixels.
    """
    small = halved(halved(flat))
    green = cv2.extractChannel(small, 1).astype(np.float32)
    redness = (cv2.extractChannel(small, 2).astype(np.float32) - green) / np.float32(CONTRAST)
    # Objects are exactly plain skin; they say nothing of the noise beside them.
    free = redness[::2, ::2]
    free = free[free != 0]
    red = beyond_noise(free) if free.size else 0.0
    fine = strongest(between(redness, *FINE_PX)[::2, ::2])
    smaller = cv2.resize(redness, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    coarse = strongest(between(np.asarray(smaller, np.float32), *COARSE_PX))
    return {
        "contrast": variation(thumbnail.astype(np.float32)),
        "colour": red / max(variation(green) * PLAIN_SKIN / CONTRAST, LEAST),
        "line_width": coarse / max(fine, LEAST),
    }


def variation(plane: Plane) -> float:
    """Return the standard deviation over the mean within a tile of a (height, width) plane, in the median tile."""
    some = np.ascontiguousarray(plane[::2, ::2])
    means, squares = (cv2.resize(part, TILES, interpolation=cv2.INTER_AREA) for part in (some, some * some))
    deviations = np.sqrt(np.maximum(squares - means * means, 0))
    return float(np.median(deviations / np.maximum(means, 1)))


def between(plane: Plane, finer: float, coarser: float) -> Plane:
    """Return the difference of Gaussians of two sigmas in pixels."""
    near, wide = (cv2.GaussianBlur(plane, (0, 0), sigma) for sigma in (finer, coarser))
    return np.asarray(near - wide, np.float32)


def strongest(plane: Plane) -> float:
    """Return the strong quantile of a (height, width) plane."""
    return ranked(plane.ravel(), STRONG)
