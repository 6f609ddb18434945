"""Trains the network of the published analysis, whose weights are not public, on labelled frames.

    uv run python -m workers.training.helmy2022 LABELLED OUTPUT.keras

Helmy et al. 2022, section III-A: Conv2D of 32, 64 and 128 filters of 3x3, max pooling; dense 128, 64, 2;
ReLU, softmax.
The shipped weights were trained on the frames of `models synthesize --count 60 --seed 1`: no patient's picture went
into them.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Pixels
from workers.helmy2022.regions import CROP_PX, crops, propose
from workers.training.data.labels import COVER, GROWTH_PX, Label, filled, read_frame, read_labels, shares

if TYPE_CHECKING:
    import keras

EPOCHS: Final = 6
BATCH: Final = 64


def network() -> "keras.Model":
    """Build the network: crops (n, 50, 50, 3) of 0..255 in, probabilities (n, 2) out, other and capillary."""
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((CROP_PX, CROP_PX, 3)), layers.Rescaling(1 / 255)])
    for filters in (32, 64, 128):
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(128, activation="relu"))
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(2, activation="softmax"))
    return model


def samples(pixels: Pixels, label: Label) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return the crops of a frame's proposals, (n, 50, 50, 3) uint8, and 1 for those that lie on a capillary, (n,).

    pixels: (height, width, 3) uint8 BGR.
    """
    outlines = propose(pixels)
    shape = (label.height_px, label.width_px)
    truth = filled(label.polygons("capillary") + label.boxes(), shape, GROWTH_PX)
    right = np.array([shares(outline, [truth])[0] >= COVER for outline in outlines], np.int64)
    return crops(pixels, outlines), right


def train(labelled: Path, output: Path, seed: int = 1) -> None:
    """Train on the frames and labels in `labelled`, and write the network. Raises SourceError if there are none."""
    import keras

    keras.utils.set_random_seed(seed)
    pairs = [samples(read_frame(labelled, name), label) for name, label in sorted(read_labels(labelled).items())]
    seen, right = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    seen = np.concatenate([seen, seen[:, ::-1], seen[:, :, ::-1]])
    model = network()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(seen.astype(np.float32), np.tile(right, 3), BATCH, EPOCHS, verbose=2)
    bare = network()  # without the optimiser's state
    bare.set_weights(model.get_weights())
    bare.save(output)


if __name__ == "__main__":
    train(Path(sys.argv[1]), Path(sys.argv[2]))
