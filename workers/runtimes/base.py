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
    """Runs a network on crops with one thread, in batches of a fixed size: the same crop, the same result to the bit.

    It is made from a file's bytes and the shape of a crop, see `workers.runtimes.loading`.
    """

    def probabilities(self, crops: Crops) -> Probabilities:
        """Return for each crop the probability that it shows a capillary.

        Raises ValueError if shape or dtype of the crops is not the network's.
        """


def in_batches(crops: Crops, shape: Shape, size: int, run: Callable[[Crops], Logits]) -> Logits:
    """Return the logits of all crops; `run` gets exactly `size` crops each time, the last ones filled up with zeros.

    A batch of another size makes libraries set up anew, or add in another order. Raises ValueError as `check` does.
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
