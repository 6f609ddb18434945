"""Whether a picture looks like skin in colour at the magnification that the analysis was made for, in numbers.

Colour and width of lines are measured on the flat field at 1/8 of the frame: the fall of the light and the tint of the
whole picture are gone, found objects are plain skin, and noise and chroma blocks are averaged over 64 pixels.
"""

from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.pixels.colours import Brightness
from stream.pixels.conversion import halved
from stream.protocol.contracts import Pixels
from workers.capillary.background import PLAIN_SKIN, Flat
from workers.capillary.quality.noise import STRONG, beyond_noise, ranked

TILES: Final = (10, 6)
"""Columns and rows of tiles: several times as wide as a vessel, and so many that an object touches less than half."""
FINE_PX: Final = (1.0, 1.41)
COARSE_PX: Final = (1.41, 2.0)
"""Sigmas of two differences of Gaussians, half an octave each: the fine one in pixels of 1/8 frame, the coarse one of
1/16, so 8 to 11 px and 23 to 32 px of the frame. They answer most to lines 16 to 22 px and 45 to 64 px wide; the
capillaries of the labelled frames lie between."""
LEAST: Final = 0.4
"""Levels of a flat field, 0.1 % of the brightness: what varies less does not vary."""

DARKEST_LIT: Final = 20
"""Grey levels. What is darker is a border, and what is next to it may be its soft edge."""
_AROUND: Final = np.ones((3, 3), np.uint8)


def tissue_measures(flat: Flat, thumbnail: Pixels) -> dict[str, float]:
    """Return what tells skin in colour from other pictures; `thumbnail` is the frame's, (135, 240) uint8.

    contrast: variation of the brightness within a tile, as a share of the brightness, in the median tile. Skin is
    translucent: the light in it evens it out. No object moves the median that touches less than half of the tiles.
    colour: redness of the reddest spots beyond noise, over the variation of the flat field in the median tile. Blood is
    dark in green and hardly in red; in a grey picture all channels go alike, whatever its tint. Fainter, both halve.
    line_width: redness of coarse lines over that of fine ones; it grows with the width of vessels in pixels.
    """
    green, red = (halved(halved(plane)) for plane in (flat.green, flat.red))
    redness = cv2.subtract(red, green, dtype=cv2.CV_32F)
    near, wide = (blurred(redness, sigma) for sigma in FINE_PX)
    height, width = redness.shape
    smaller = cv2.resize(redness, (-(-width // 2), -(-height // 2)), interpolation=cv2.INTER_AREA)
    coarse_near, coarse_wide = (blurred(smaller, sigma) for sigma in COARSE_PX)
    # Objects are exactly plain skin; they say nothing of the noise beside them.
    free = redness[::2, ::2] != 0
    # Small spots stand out as they are; faint ones stand out of noise only if both are blurred.
    reddest = max(beyond_noise(plane[::2, ::2][free]) for plane in (redness, near)) if free.any() else 0.0
    return {
        "contrast": variation(thumbnail),
        "colour": reddest / max(variation(green) * PLAIN_SKIN, LEAST),
        "line_width": strongest(coarse_near - coarse_wide) / max(strongest((near - wide)[::2, ::2]), LEAST),
    }


def variation(plane: npt.NDArray[Any]) -> float:
    """Return the standard deviation over the mean within a tile of a (height, width) uint8 plane, in the median tile.

    Of lit pixels alone, in tiles that are lit for the most part: the edge of a round aperture is no contrast of skin.
    """
    some = plane[::2, ::2].astype(np.float32)
    lit = cv2.erode((some > DARKEST_LIT).astype(np.float32), _AROUND)
    parts = (lit, some * lit, some * some * lit)
    shares, sums, squares = (cv2.resize(part, TILES, interpolation=cv2.INTER_AREA) for part in parts)
    seen = shares > 0.5
    if not seen.any():
        return 0.0
    means = sums[seen] / shares[seen]
    deviations = np.sqrt(np.maximum(squares[seen] / shares[seen] - means * means, 0))
    return float(np.median(deviations / means))


def blurred(plane: npt.NDArray[Any], sigma_px: float) -> Brightness:
    """Return a (height, width) float32 plane, blurred by a Gaussian."""
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma_px), np.float32)


def strongest(plane: Brightness) -> float:
    """Return the strong quantile of a (height, width) plane."""
    return ranked(plane.ravel(), STRONG)
