"""Density and its interval from regions' areas and probabilities. Knows numbers alone."""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

Z_90: Final = 1.6448536269514722
"""Two-sided 90 % quantile of the normal distribution."""

Numbers = npt.NDArray[np.float64]


def density_pct(areas_px: Numbers, capillary: npt.NDArray[np.bool_], frame_px: int) -> float:
    """Return pixels inside the outlines of capillaries over all pixels, in percent."""
    return 100.0 * float(areas_px[capillary].sum()) / frame_px


def interval_pct(
    areas_px: Numbers, probabilities: Numbers, density: float, frame_px: int, outline_spread: float
) -> tuple[float, float]:
    """Return the 90 % interval of the density, in percent; it always holds `density`.

    The expected area is Σ p a. Two things make the truth differ: verdicts that are wrong, Σ p (1 - p) a², as of
    independent regions; and outlines that lie elsewhere than readers would draw them, which is the same for all regions
    of a frame and so grows with the expected area: (outline_spread * Σ p a)².
    """
    # Sums, not dot products: a linear-algebra library may add in another order on another machine.
    expected = float((probabilities * areas_px).sum())
    verdicts = float((probabilities * (1.0 - probabilities) * areas_px**2).sum())
    variance = verdicts + (outline_spread * expected) ** 2
    half_width = Z_90 * math.sqrt(variance)
    low, high = (100.0 * area / frame_px for area in (expected - half_width, expected + half_width))
    return max(0.0, min(low, density)), min(100.0, max(high, density))
