"""From the picture and proposals to calibrated probabilities. Knows no library that runs networks."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Pixels
from workers.capillary.crops import cut, evened, placements, poses
from workers.capillary.odds import log_odds
from workers.capillary.regions import Candidates, Proposal
from workers.capillary.traits import products
from workers.runtimes.base import Runtime
from workers.runtimes.card import Calibration, Card, Input

Probabilities = npt.NDArray[np.float64]


def calibrated(probabilities: Probabilities, traits: Probabilities, calibration: Calibration) -> Probabilities:
    """Weigh a network's probabilities with what was measured, see `workers.capillary.traits`; (n,) float64."""
    weighed = calibration.slope * log_odds(probabilities) + calibration.offset
    if calibration.terms:
        weights = np.array(list(calibration.terms.values()))
        # A sum, not a dot product: a linear-algebra library may add in another order on another machine.
        weighed = weighed + (products(traits, probabilities, list(calibration.terms)) * weights).sum(axis=1)
    odds: Probabilities = 1.0 / (1.0 + np.exp(-np.clip(weighed, -50.0, 50.0)))
    return odds


def crops_of(source: Pixels, proposals: Sequence[Proposal], view: Input) -> npt.NDArray[np.uint8]:
    """Cut what the network sees of each proposal: (n, size, size, channels) uint8."""
    maps = placements(poses(proposals, view.context, view.min_side_px), view.size_px)
    return cut(source, maps, view.size_px)


def classify(
    source: Pixels,
    found: Candidates,
    proposals: Sequence[Proposal],
    traits: Probabilities,
    runtime: Runtime,
    card: Card,
) -> Probabilities:
    """Return each proposal's calibrated probability of being a capillary, (n,) float64.

    source: see `workers.capillary.crops.picture`. found: what it was made of. traits: as measured.
    """
    if not proposals:
        return np.zeros(0)
    crops = evened(crops_of(source, proposals, card.input), found.depth)
    return calibrated(runtime.probabilities(crops), traits, card.calibration)
