"""What the network sees of each region: square crops out of one picture of the flat field."""

import math
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Pixels
from workers.capillary.background import PLAIN_SKIN, Flat
from workers.capillary.regions import Candidates, Proposal

CHANNELS: Final = 4
USUAL_DEPTH: Final = 0.15
"""How much darker than skin the darkest patches of a frame usually are."""

Square = tuple[float, float, float]
"""Centre x, centre y and side of a crop, in half-resolution pixels."""


def picture(flat: Flat, found: Candidates) -> Pixels:
    """Make the picture that crops are cut from, (height, width, 4) uint8 at half resolution.

    Channels: the flat field's blue, green and red with the frame's contrast evened out, and 255 in proposed patches.
    Frames differ threefold in how dark their capillaries are. Half of that, on a logarithmic scale, is evened out: a
    patch that is faint beside its neighbours still looks faint, and so does one in a frame of faint patches.
    """
    contrast = math.sqrt(USUAL_DEPTH / found.depth)
    raised = cv2.addWeighted(flat, contrast, flat, 0.0, PLAIN_SKIN * (1.0 - contrast))
    with_mask = cv2.cvtColor(raised, cv2.COLOR_BGR2BGRA)
    return cv2.insertChannel(found.mask * np.uint8(255), with_mask, 3).astype(np.uint8, copy=False)


def square(proposal: Proposal, context: float, min_side_px: int) -> Square:
    """Return the square around a proposal: `context` times its longer side, at least `min_side_px`."""
    left, top, width, height = proposal.box
    return left + (width - 1) / 2, top + (height - 1) / 2, max(context * max(width, height), float(min_side_px))


def placement(where: Square, size: int) -> npt.NDArray[np.float64]:
    """Return the (2, 3) float64 map from pixel centres of a `size` x `size` crop to those of the picture."""
    x, y, side = where
    scale = side / size
    shift = (1 - size) / 2 * scale
    return np.array([[scale, 0.0, x + shift], [0.0, scale, y + shift]])


def cut(source: Pixels, maps: Sequence[npt.NDArray[np.float64]], size: int) -> npt.NDArray[np.uint8]:
    """Cut one crop per map, bilinear, with the border repeated: (n, size, size, channels) uint8."""
    crops = np.empty((len(maps), size, size, source.shape[2]), np.uint8)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    for crop, inverse in zip(crops, maps, strict=True):
        cv2.warpAffine(source, inverse, (size, size), dst=crop, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return crops
