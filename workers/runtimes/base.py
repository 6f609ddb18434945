"""What every runtime does. Knows arrays, and no library that runs networks."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

Crops = npt.NDArray[np.uint8]
"""(n, size, size, channels) uint8: the picture around each region."""

Probabilities = npt.NDArray[np.float64]
"""(n,) float64, 0..1: the network's own opinion, not yet calibrated."""


class Runtime(Protocol):
    """Runs a network on crops, one thread, in batches of a fixed size, the same to the bit every time."""

    def probabilities(self, crops: Crops) -> Probabilities:
        """Probability of being a capillary for each of the crops, (n, size, size, channels) uint8."""


def softmax_second(logits: npt.NDArray[np.float32]) -> Probabilities:
    """The second class's probability from (n, 2) logits."""
    difference = logits[:, 1].astype(np.float64) - logits[:, 0]
    probabilities: Probabilities = 1.0 / (1.0 + np.exp(-np.clip(difference, -30.0, 30.0)))
    return probabilities
