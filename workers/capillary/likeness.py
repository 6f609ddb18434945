"""How far a frame is from those that a model has learned from, by what is usual of its patches. Knows numbers alone."""

import math
from typing import Final

import numpy as np

from workers.capillary.traits import Numbers
from workers.runtimes.card import Likeness

FEWEST: Final = 5
"""Of fewer patches nothing is usual."""


def usual(traits: Numbers) -> Numbers | None:
    """Return what is usual of a frame's patches, (columns,): the medians of their traits. None of fewer than FEWEST.

    traits: (n, columns), see `workers.capillary.traits.measured`. Medians: no single patch, and no object that was
    taken for some, moves them. How many patches there are does not count: a fall of the density is not unlike.
    """
    return np.median(traits, axis=0) if len(traits) >= FEWEST else None


def unlike(frame: Numbers | None, likeness: Likeness | None) -> float:
    """Return the distance of a frame to those of the training over the farthest of those; 0 if it cannot be said.

    The distance is Mahalanobis's: each column counts by how little it varies among the frames of the training.
    """
    if frame is None or likeness is None:
        return 0.0
    return distance(frame, np.array(likeness.centre), np.array(likeness.precision)) / likeness.limit


def distance(frame: Numbers, centre: Numbers, precision: Numbers) -> float:
    """Return Mahalanobis's distance, per column: about 1 for a frame like the others."""
    away = frame - centre
    # A sum, not a product of matrices: a linear-algebra library may add in another order on another machine.
    return math.sqrt(float((away[:, np.newaxis] * precision * away).sum()) / len(away))
