"""Regions as Helmy et al. propose them: parts of the frame that are unlike its background. Slow, with scikit-image.

Helmy, Jul, Ferreira, Truong 2022 (CapillaryNet) take the background from OpenCV's Gaussian mixtures (MOG2), compare
by structural similarity (SSIM), threshold, and take contours; their later web system states window 15, Otsu, and
contours of 100 to 10,000 px. A mixture learned from a single frame is a constant picture, and one learned over frames
differs between workers: the spatial background of this program stands in. All at half resolution, where their window
of 15 px is 7 px.
"""

from typing import Final

import cv2
import numpy as np
from skimage.metrics import structural_similarity

from stream.pixels.arrays import ImagePlane
from stream.pixels.colours import Colours
from stream.protocol.contracts import Pixels
from workers.capillary.background import Flat, background
from workers.capillary.regions import Candidates, depth_of, least, outlines, smoothed

WINDOW_PX: Final = 7
MIN_AREA_PX: Final = 100.0
MAX_AREA_PX: Final = 10_000.0


def helmy_propose(half: Colours, flat: Flat) -> Candidates:
    """Find what differs from the background of a picture at half of the frame's resolution."""
    height, width = half.shape
    surroundings = cv2.resize(background(half.halved()), (width, height), interpolation=cv2.INTER_LINEAR)
    mask = unlike(half.mixed(), np.rint(surroundings).astype(np.uint8))
    green = smoothed(flat.green)
    every = outlines(mask)
    found = [patch for patch in every if MIN_AREA_PX <= patch.area_px <= MAX_AREA_PX]
    peaks = [least(patch, green) for patch in every]
    return Candidates(mask, green, depth_of(every, peaks), found)


def unlike(picture: Pixels, surroundings: Pixels, window_px: int = WINDOW_PX) -> ImagePlane:
    """Return a mask, 255 at pixels whose SSIM, averaged over the colours, is below Otsu's threshold.

    picture, surroundings: (height, width, 3) uint8.
    """
    _, map_ = structural_similarity(picture, surroundings, win_size=window_px, channel_axis=2, full=True)
    likeness = np.clip(np.rint(255.0 * map_.mean(axis=2)), 0, 255).astype(np.uint8)
    _, mask = cv2.threshold(likeness, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    return np.asarray(mask, np.uint8)
