"""Density, its interval and its doubt, from regions' areas and probabilities. Knows numbers alone."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from workers.capillary.odds import log_odds

Z_90: Final = 1.6448536269514722
"""Two-sided 90 % quantile of the normal distribution."""

SOFTNESS: Final = 0.25
"""Of the log-odds that a region has in pictures of the same tissue: turned, noisier, or saved as JPEG, it moves by a
standard deviation of about 0.45, which a logistic distribution of this scale has."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Density in percent, the ends of its 90 % interval, and the doubt in it.

    doubt: the share of the expected area that hangs on regions which may be capillaries or not, 0..1:
    Σ p (1 - p) a / Σ p a.
    """

    density_pct: float
    low_pct: float
    high_pct: float
    doubt: float


def counted(probabilities: Numbers, threshold: float) -> Numbers:
    """Return how much each region counts, (n,) 0..1: half at the threshold, nearly all or nothing away from it.

    A second picture of the same tissue gives each region another log-odds; the weight is the share of such pictures in
    which it would pass the threshold. So the density does not jump when one region passes it.
    """
    beyond = log_odds(probabilities) - log_odds(np.array(threshold))
    weights: Numbers = 1.0 / (1.0 + np.exp(-np.clip(beyond / SOFTNESS, -50.0, 50.0)))
    return weights


def estimate(
    areas_px: Numbers, probabilities: Numbers, threshold: float, analysed_px: float, spread: float
) -> Estimate:
    """Estimate the density from (n,) areas in px and (n,) probabilities of being a capillary.

    The density is the area of the regions, each as far as it is `counted`, over the area analysed. Its interval is
    centred on it, unless it ends at 0. Two things make the truth differ: verdicts that are wrong, Σ p (1 - p) a², as
    of independent regions; and what all regions of a frame share, such as outlines that lie elsewhere than readers
    would draw them, which grows with the area: (spread * area)².
    """
    # Sums, not dot products: a linear-algebra library may add in another order on another machine.
    area = float((counted(probabilities, threshold) * areas_px).sum())
    doubtful = probabilities * (1.0 - probabilities) * areas_px
    half_width = Z_90 * math.sqrt(float((doubtful * areas_px).sum()) + (spread * area) ** 2)
    low, middle, high = (
        100.0 * min(1.0, max(0.0, edge / max(analysed_px, 1.0)))
        for edge in (area - half_width, area, area + half_width)
    )
    expected = float((probabilities * areas_px).sum())
    return Estimate(middle, low, high, float(doubtful.sum()) / expected if expected else 0.0)
