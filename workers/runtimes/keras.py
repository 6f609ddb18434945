"""Runs float32 weights with Keras: the slow reference, and the one that can say what a verdict rests on.

Imports TensorFlow, and only when a runtime is made.
"""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from stream.errors import NO_TENSORFLOW, ModelError
from workers.runtimes.base import Crops, Logits, Probabilities, Shape, check, in_batches, softmax_second
from workers.runtimes.quiet import without_chatter

if TYPE_CHECKING:
    import keras

BATCH: Final = 32

HeatMaps = npt.NDArray[np.float32]
"""(n, rows, columns) float32: what speaks for a capillary (above 0) and against it (below), place by place."""


def load_network(content: bytes) -> "keras.Model":
    """Load the network in a .keras file's bytes; code in it (Lambda layers) is never run. Raises ModelError."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with without_chatter():
            import keras
    except ModuleNotFoundError as error:
        raise ModelError(NO_TENSORFLOW) from error
    with without_chatter(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.keras"
        path.write_bytes(content)
        try:
            network = keras.saving.load_model(path, compile=False, safe_mode=True)
        except (ValueError, TypeError, OSError) as error:
            raise ModelError(
                "The weights are not a network that Keras can load safely: damaged, or with code (a Lambda layer)."
            ) from error
    if not isinstance(network, keras.Model) or len(network.inputs) != 1 or len(network.outputs) != 1:
        raise ModelError("The weights are not a network with one input and one output.")
    # A network saved with a list of one input wants a list of one; this one takes crops as they are.
    return network if isinstance(network, keras.Sequential) else keras.Model(network.inputs[0], network.outputs[0])


class KerasRuntime:
    """A .keras network, crops to two float logits."""

    def __init__(self, content: bytes, shape: Shape) -> None:
        """Load from the file's bytes; `shape` is (height, width, channels). Raises ModelError."""
        self._network, self._shape = load_network(content), shape
        if tuple(self._network.input_shape[1:]) != shape or tuple(self._network.output_shape[1:]) != (2,):
            raise ModelError(f"The weights do not take crops of {shape} and give two logits, as the card says.")

    def probabilities(self, crops: Crops) -> Probabilities:
        """See `Runtime`."""
        return softmax_second(in_batches(crops, self._shape, BATCH, self._run))

    def heat_maps(self, crops: Crops) -> HeatMaps:
        """Compute Grad-CAM of the log-odds on the last convolution: Σ_k w_k A_k, w_k the mean gradient of channel A_k.

        Selvaraju et al. 2017, "Grad-CAM", equations 1 and 2, without the ReLU: what is below 0 is their
        "counterfactual explanation", what speaks against a capillary. Coarser than the crop. Raises ValueError.
        """
        import tensorflow as tf

        check(crops, self._shape)
        if not len(crops):
            return np.empty((0, 1, 1), np.float32)
        network = _with_last_maps(self._network)
        seen = tf.constant(crops, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(seen)
            maps, logits = network(seen, training=False)
            log_odds = logits[:, 1] - logits[:, 0]
        weights = tf.reduce_mean(tape.gradient(log_odds, maps), axis=(1, 2), keepdims=True)
        return np.asarray(tf.reduce_sum(weights * maps, axis=-1))

    def _run(self, batch: Crops) -> Logits:
        return np.asarray(self._network(batch.astype(np.float32), training=False))


def _with_last_maps(network: "keras.Model") -> "keras.Model":
    """Return the same layers, giving the last convolution's maps (normalised, activated, not pooled) and the logits."""
    import keras
    from keras import layers

    if isinstance(network, keras.Sequential):
        # Its layers' own outputs belong to the steps in which it was built, and are not joined: join them anew.
        entry = last = keras.Input(network.input_shape[1:])
        outputs = [last := layer(last) for layer in network.layers]
    else:
        entry, last = network.inputs, network.outputs[0]
        outputs = [layer.output for layer in network.layers]
    pooling = (layers.MaxPooling2D, layers.AveragePooling2D)
    maps = [
        output
        for layer, output in zip(network.layers, outputs, strict=True)
        if len(output.shape) == 4 and output.shape[1] > 1 and not isinstance(layer, pooling)
    ]
    return keras.Model(entry, [maps[-1], last])
