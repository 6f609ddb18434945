"""A trained network as a .keras file: float32, the reference that other formats and heat maps are made from."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


def keras_bytes(network: "keras.Model") -> bytes:
    """Make a .keras file's bytes, without the optimizer's state."""
    import keras

    bare = keras.Model(network.inputs, network.outputs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.keras"
        bare.save(path)
        return path.read_bytes()
