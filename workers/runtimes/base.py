"""What every runtime does. Knows arrays, and no library that runs networks."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

Crops = npt.NDArray[np.uint8]
"""(n, size, size, channels) uint8: the picture around each region."""

Probabilities = npt.NDArray[np.float64]
"""(n,) float64, 0..1: the network's own opinion, not yet calibrated."""

Logits = npt.NDArray[np.float32]
"""(n, 2) float32: other, then capillary."""

Shape = tuple[int, int, int]
"""Height, width and channels of a crop."""


class Runtime(Protocol):
    """Runs a network on crops, one thread, in batches of a fixed size, the same to the bit every time."""

    def probabilities(self, crops: Crops) -> Probabilities:
        """Probability of being a capillary for each of the crops, (n, size, size, channels) uint8.

        Check the crops. Raises ValueError if their shape or dtype is not the network's.
        """


def in_batches(crops: Crops, shape: Shape, size: int, run: Callable[[Crops], Logits]) -> Logits:
    """Logits of all crops; `run` is called with exactly `size` crops each time, the last ones followed by zeros.

    A batch of another size makes libraries set up anew, or add in another order. Raises ValueError.
    """
    check(crops, shape)
    logits = np.empty((len(crops), 2), np.float32)
    batch = np.zeros((size, *shape), np.uint8)
    for start in range(0, len(crops), size):
        part = crops[start : start + size]
        batch[: len(part)] = part
        logits[start : start + size] = run(batch)[: len(part)]
    return logits


def check(crops: Crops, shape: Shape) -> None:
    """Check the crops. Raises ValueError if their shape or dtype is not the network's."""
    if crops.shape[1:] != shape or crops.dtype != np.uint8:
        raise ValueError(f"crops are {crops.dtype} {crops.shape[1:]}, the network takes uint8 {shape}")


def softmax_second(logits: Logits) -> Probabilities:
    """Return the second class's probability from (n, 2) logits."""
    difference = logits[:, 1].astype(np.float64) - logits[:, 0]
    probabilities: Probabilities = 1.0 / (1.0 + np.exp(-np.clip(difference, -30.0, 30.0)))
    return probabilities
