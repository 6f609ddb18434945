"""Whether a frame may be acted on: focus, motion, light, glare, coverage.

Knows this frame and its predecessor's thumbnail, and no other frame.
"""

from typing import Final

import cv2
import numpy as np

from stream.ports import Frame, Pixels, Quality, Verdict
from stream.thumbnail import WIDTH_PX, thumbnail
from workers.capillary.settings import QualityLimits

OVEREXPOSED: Final = 250
DARKEST_LIT: Final = 20
STRONG: Final = 0.998
"""Quantile that stands for the sharpest edges of a frame: capillaries cover only a few percent of it."""
NOISE: Final = 4.6
"""Quantile 0.998 over the median of |x| for Gaussian noise: 3.09 / 0.674."""

_ROWS: Final = 128

Measures = dict[str, float]


def sharpness(half: Pixels) -> float:
    """Contrast of the sharpest edges in a (height, width, 3) half-resolution picture, 1/1000 of the local brightness.

    The strongest responses of a difference of Gaussians (1 and 2 px) on green, less what noise alone would give.
    """
    green = cv2.extractChannel(half, 1).astype(np.float32)
    fine = cv2.GaussianBlur(green, (7, 7), 1.0)
    edges = cv2.absdiff(fine, cv2.GaussianBlur(fine, (9, 9), 1.7320508))[::4, ::3]
    relative = (edges / (cv2.blur(green[::4, ::3], (11, 9)) + 1.0)).ravel()
    ranks = [relative.size // 2, int(relative.size * STRONG)]
    middle, strong = 1000.0 * np.partition(relative, ranks)[ranks].astype(np.float64)
    return float(np.sqrt(max(0.0, strong**2 - (NOISE * middle) ** 2)))


def motion_px(previous: Pixels, own: Pixels, width: int) -> float:
    """Movement between two (135, 240) uint8 thumbnails of frames `width` px wide, in full-frame px.

    Phase correlation on 128 of the 135 rows: OpenCV pads to a size that suits its Fourier transform, and where
    that size is odd its answer is off by half a pixel.
    """
    window = cv2.createHanningWindow((WIDTH_PX, _ROWS), cv2.CV_32F)
    (dx, dy), _ = cv2.phaseCorrelate(previous[:_ROWS].astype(np.float32), own[:_ROWS].astype(np.float32), window)
    return float(np.hypot(dx, dy)) * width / WIDTH_PX


def measure(frame: Frame, half: Pixels) -> Measures:
    """All measures of a frame, by name."""
    own = thumbnail(frame.pixels)
    glare = np.mean([half[::3, ::3, channel] >= OVEREXPOSED for channel in range(3)], axis=(1, 2)).max()
    lit = (own > DARKEST_LIT) & (own < OVEREXPOSED)
    measures = {
        "sharpness": sharpness(half),
        "brightness": float(own.mean()),
        "glare": float(glare),
        "coverage": float(lit.mean()),
    }
    if frame.previous is not None and frame.previous.shape == own.shape:
        measures["motion_px"] = motion_px(frame.previous, own, frame.pixels.shape[1])
    return {name: round(value, 4) for name, value in measures.items()}


def verdict(measures: Measures, limits: QualityLimits) -> Quality:
    """Good, poor or unusable, with the reasons in plain words, gravest first."""
    checks = [
        (
            "too dark",
            -measures["brightness"],
            -limits.brightness_good,
            -limits.brightness_usable,
        ),
        ("glare", measures["glare"], limits.glare_good, limits.glare_usable),
        (
            "out of focus",
            -measures["sharpness"],
            -limits.sharpness_good,
            -limits.sharpness_usable,
        ),
        (
            "moving",
            measures.get("motion_px", 0.0),
            limits.motion_good_px,
            limits.motion_usable_px,
        ),
        (
            "little tissue in view",
            -measures["coverage"],
            -limits.coverage_good,
            -limits.coverage_usable,
        ),
    ]
    unusable = [reason for reason, value, _, usable in checks if value > usable]
    poor = [reason for reason, value, good, usable in checks if good < value <= usable]
    grade: Verdict = "unusable" if unusable else "poor" if poor else "good"
    return Quality(grade, tuple(unusable + poor), measures)


def judge(frame: Frame, half: Pixels, limits: QualityLimits) -> Quality:
    """The verdict on a frame; `half` is its half-resolution picture."""
    return verdict(measure(frame, half), limits)
