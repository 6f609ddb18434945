"""Magnitude pruning of a Keras network: the smallest weights become 0, the others learn to do without them.

tensorflow-model-optimization works with Keras 2 alone; Han et al. 2015 and Zhu and Gupta 2017 need no more than this.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
import numpy.typing as npt

from workers.training.data.samples import Samples
from workers.training.fit import continued, repeatable
from workers.training.plan import TrainingPlan

if TYPE_CHECKING:
    import keras

Kernel = npt.NDArray[np.float32]

SPARSITY: Final = 0.7
"""Share of each kernel's weights that become 0; the first convolution and the last layer, which are small, keep all."""
EPOCHS: Final = 4
LEARNING_RATE: Final = 2e-4


def pruned(network: "keras.Model", frames: Sequence[Samples], plan: TrainingPlan, seed: int) -> "keras.Model":
    """Prune `network` in place, then train it for a few epochs with the zeros held; returns the same network."""
    import keras

    repeatable(seed)
    kernels = [layer.kernel for layer in network.layers if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense)]
    masks = [(kernel, _largest(np.asarray(kernel))) for kernel in kernels[1:-1]]

    def hold(*_: object, **__: object) -> None:
        for kernel, mask in masks:
            kernel.assign(np.asarray(kernel) * mask)

    hold()
    holding = keras.callbacks.LambdaCallback(on_train_batch_end=hold)
    short = msgspec.structs.replace(plan, epochs=EPOCHS, patience=0)
    return continued(network, frames, short, seed, LEARNING_RATE, "pruning", callbacks=[holding]).network


def zeros(network: "keras.Model") -> float:
    """Return the share of all weights in kernels that are 0."""
    kernels = [np.asarray(weight).ravel() for weight in network.weights if weight.path.endswith("kernel")]
    return float((np.concatenate(kernels) == 0).mean())


def _largest(kernel: Kernel) -> Kernel:
    mask: Kernel = (np.abs(kernel) > np.quantile(np.abs(kernel), SPARSITY)).astype(np.float32)
    return mask
