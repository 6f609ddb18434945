"""Runs float32 weights with Keras: the slow reference. Imports TensorFlow, and only when a runtime is made."""

import os
import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from stream.errors import ModelError
from workers.runtimes.base import Crops, Probabilities, softmax_second

BATCH: Final = 32


class KerasRuntime:
    """A .keras network, crops to two float logits."""

    def __init__(self, content: bytes, shape: tuple[int, int, int]) -> None:
        """Load from the file's bytes; `shape` is (height, width, channels). Raises ModelError."""
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        import keras

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "weights.keras"
            path.write_bytes(content)
            try:
                self._network = keras.saving.load_model(path, compile=False, safe_mode=True)
            except (ValueError, TypeError, OSError) as error:
                raise ModelError("The weights are not a network that Keras can load safely.") from error
        if tuple(self._network.input_shape[1:]) != shape:
            raise ModelError(f"The weights do not take crops of {shape}, as the card says.")

    def probabilities(self, crops: Crops) -> Probabilities:
        """See `Runtime`."""
        padded = np.zeros((-(-len(crops) // BATCH) * BATCH, *crops.shape[1:]), np.float32)
        padded[: len(crops)] = crops
        logits = [
            np.asarray(self._network(padded[i : i + BATCH], training=False)) for i in range(0, len(padded), BATCH)
        ]
        return softmax_second(np.concatenate([*logits, np.empty((0, 2), np.float32)])[: len(crops)])
