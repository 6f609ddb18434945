"""What is measured of a frame for its quality: focus, motion, light, glare, colour, coverage.

Knows this frame and its predecessor's thumbnail, and no other frame.
"""

from typing import Final

import cv2
import numpy as np

from stream.pixels.arrays import ImagePlane
from stream.pixels.colours import Colours
from stream.pixels.thumbnail import WIDTH_PX
from stream.protocol.contracts import Frame, Pixels
from workers.capillary.background import CONTRAST, Flat
from workers.capillary.quality.noise import beyond_noise
from workers.capillary.quality.tissue import DARKEST_LIT, tissue_measures

OVEREXPOSED: Final = 250

_ROWS: Final = 128
_WINDOW: Final = cv2.createHanningWindow((WIDTH_PX, _ROWS), cv2.CV_32F)
_WIDE: Final = (5, 5)
_NEAR: Final = (3, 3)
"""A mean over 5x5 px and one over 3x3 px widen a Gaussian of 1.1 px to one of 2 px."""
_SUMMED: Final = 5 * 5 * 3 * 3

Measures = dict[str, float]


def sharpness(green: ImagePlane) -> float:
    """Return the contrast of the sharpest edges in the smoothed green of a flat field, 1/1000 of the local brightness.

    The strongest responses of a difference of Gaussians (1.1 and 2 px), less what noise alone would give.
    """
    sums = cv2.boxFilter(green, cv2.CV_16U, _WIDE, normalize=False)
    coarse = cv2.boxFilter(sums, cv2.CV_16U, _NEAR, normalize=False)[::4, ::3].astype(np.float32)
    edges = np.abs(green[::4, ::3] - coarse / np.float32(_SUMMED)).ravel()
    return beyond_noise(edges) * 1000.0 / CONTRAST


def motion_px(previous: Pixels, own: Pixels, width: int) -> float:
    """Return the movement between two (135, 240) uint8 thumbnails of frames `width` px wide, in full-frame px.

    Phase correlation on 128 of the 135 rows: OpenCV pads to a size that suits its Fourier transform, and if
    that size is odd its answer is off by half a pixel.
    """
    (dx, dy), _ = cv2.phaseCorrelate(previous[:_ROWS].astype(np.float32), own[:_ROWS].astype(np.float32), _WINDOW)
    return float(np.hypot(dx, dy)) * width / WIDTH_PX


def glare(half: Colours) -> float:
    """Return the share of a picture that is overexposed, in the colour with the largest share."""
    over = (cv2.threshold(plane, OVEREXPOSED - 1, 1, cv2.THRESH_BINARY)[1] for plane in half)
    return max(cv2.countNonZero(plane) / plane.size for plane in over)


def measure(frame: Frame, half: Colours, flat: Flat, green: ImagePlane) -> Measures:
    """Return all quality measures of a frame, by name.

    half: its picture at half resolution. flat: the flat field of that. green: the smoothed green of the flat field.
    """
    own = frame.thumbnail
    measures = {
        "sharpness": sharpness(green),
        "brightness": cv2.mean(own)[0],
        "glare": glare(half),
        **tissue_measures(flat, own),
        "coverage": cv2.countNonZero(cv2.inRange(own, DARKEST_LIT + 1, OVEREXPOSED - 1)) / own.size,
    }
    if frame.previous is not None and frame.previous.shape == own.shape:
        measures["motion_px"] = motion_px(frame.previous, own, frame.width)
    return measures
