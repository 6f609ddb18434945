"""Log-odds of probabilities. Knows numbers alone."""

from typing import Final

import numpy as np
import numpy.typing as npt

LEAST: Final = 1e-9
"""Probabilities end here, and as far below 1: their log-odds are finite."""


def log_odds(probabilities: npt.NDArray[np.float64], least: float = LEAST) -> npt.NDArray[np.float64]:
    """Return ln(p / (1 - p)) of each probability, which is first brought within `least` and 1 - `least`."""
    inside = np.clip(probabilities, least, 1 - least)
    return np.asarray(np.log(inside) - np.log1p(-inside), np.float64)
