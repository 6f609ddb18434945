"""The mean of a series of densities with its interval. Pure.

The interval says how well the mean of these frames is known. As in `stream.readings.before_after`, frames that follow
each other see nearly the same skin: the mean has the variance s² / n_eff.
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.readings.before_after import CONFIDENCE, effective_n, quantile_t

_LEAST_EFFECTIVE: Final = 2.0
"""Below that a series is one slow course, whose mean says nothing of what lies beyond it."""


def mean_interval(values: npt.NDArray[np.float64]) -> tuple[float, float] | None:
    """Return the 90 % interval of the mean of a series (n,), % density; None if its values are too few or too alike."""
    if len(values) < 2 or (worth := effective_n(values)) < _LEAST_EFFECTIVE:
        return None
    half = quantile_t(0.5 + CONFIDENCE / 2, worth - 1) * float(values.std(ddof=1)) / math.sqrt(worth)
    return max(float(values.mean()) - half, 0.0), float(values.mean()) + half
