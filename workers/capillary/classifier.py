"""From the picture and proposals to calibrated probabilities. Knows no library that runs networks."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stream.ports import Pixels
from workers.capillary.crops import cut, placement, square
from workers.capillary.regions import Proposal
from workers.runtimes.base import Runtime
from workers.runtimes.card import Calibration, Input

Probabilities = npt.NDArray[np.float64]


def calibrated(probabilities: Probabilities, calibration: Calibration) -> Probabilities:
    """Platt scaling of probabilities, any shape."""
    inside = np.clip(probabilities, 1e-9, 1 - 1e-9)
    log_odds = np.log(inside) - np.log1p(-inside)
    scaled: Probabilities = 1.0 / (1.0 + np.exp(-(calibration.slope * log_odds + calibration.offset)))
    return scaled


def crops_of(source: Pixels, proposals: Sequence[Proposal], view: Input) -> npt.NDArray[np.uint8]:
    """(n, size, size, channels) uint8: what the network sees of each proposal."""
    maps = [placement(square(p, view.context, view.min_side_px), view.size_px) for p in proposals]
    return cut(source, maps, view.size_px)


def classify(
    source: Pixels, proposals: Sequence[Proposal], runtime: Runtime, view: Input, calibration: Calibration
) -> Probabilities:
    """(n,) float64: calibrated probability that each proposal is a capillary."""
    if not proposals:
        return np.zeros(0)
    return calibrated(runtime.probabilities(crops_of(source, proposals, view)), calibration)
