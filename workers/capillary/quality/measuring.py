"""What is measured of a frame for its quality: focus, motion, light, glare, colour, coverage.

Knows this frame and its predecessor's thumbnail, and no other frame.
"""

from typing import Final

import cv2
import numpy as np

from stream.pixels.thumbnail import WIDTH_PX
from stream.protocol.contracts import Frame, Pixels
from workers.capillary.background import CONTRAST, Flat
from workers.capillary.quality.noise import beyond_noise
from workers.capillary.quality.tissue import DARKEST_LIT, tissue_measures
from workers.capillary.regions import Channel

OVEREXPOSED: Final = 250

_ROWS: Final = 128
_WINDOW: Final = cv2.createHanningWindow((WIDTH_PX, _ROWS), cv2.CV_32F)
_WIDER: Final = cv2.getGaussianKernel(9, 1.67, cv2.CV_32F)
"""Widens a Gaussian of 1.1 px to one of 2 px."""

Measures = dict[str, float]


def sharpness(green: Channel) -> float:
    """Return the contrast of the sharpest edges in the smoothed green of a flat field, 1/1000 of the local brightness.

    The strongest responses of a difference of Gaussians (1.1 and 2 px), less what noise alone would give.
    """
    coarse = cv2.sepFilter2D(green, cv2.CV_32F, _WIDER, _WIDER)
    edges = np.abs(green[::4, ::3] - coarse[::4, ::3]).ravel()
    return beyond_noise(edges) * 1000.0 / CONTRAST


def motion_px(previous: Pixels, own: Pixels, width: int) -> float:
    """Return the movement between two (135, 240) uint8 thumbnails of frames `width` px wide, in full-frame px.

    Phase correlation on 128 of the 135 rows: OpenCV pads to a size that suits its Fourier transform, and if
    that size is odd its answer is off by half a pixel.
    """
    (dx, dy), _ = cv2.phaseCorrelate(previous[:_ROWS].astype(np.float32), own[:_ROWS].astype(np.float32), _WINDOW)
    return float(np.hypot(dx, dy)) * width / WIDTH_PX


def glare(sample: Pixels) -> float:
    """Return the share of a (height, width, 3) picture that is overexposed, in the colour with the largest share."""
    _, over = cv2.threshold(sample, OVEREXPOSED - 1, 1, cv2.THRESH_BINARY)
    return max(cv2.mean(over))


def measure(frame: Frame, half: Pixels, flat: Flat, green: Channel) -> Measures:
    """Return all quality measures of a frame, by name.

    half: its half-resolution picture. flat: the flat field of that. green: the smoothed green of the flat field.
    """
    own = frame.thumbnail
    height, width = half.shape[:2]
    sample = cv2.resize(half, (-(-width // 3), -(-height // 3)), interpolation=cv2.INTER_NEAREST).astype(
        np.uint8, copy=False
    )
    measures = {
        "sharpness": sharpness(green),
        "brightness": cv2.mean(own)[0],
        "glare": glare(sample),
        **tissue_measures(flat, own),
        "coverage": cv2.countNonZero(cv2.inRange(own, DARKEST_LIT + 1, OVEREXPOSED - 1)) / own.size,
    }
    if frame.previous is not None and frame.previous.shape == own.shape:
        measures["motion_px"] = motion_px(frame.previous, own, frame.width)
    return measures
