"""A small network with its card, in all formats, and crops to run it on. Makes them; asserts nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from capture.sources.opening import open_source
from stream.protocol.contracts import Pixels
from workers.capillary.analyser import SHIPPED
from workers.capillary.examine import examine
from workers.runtimes.base import Crops
from workers.runtimes.card import Card, read_card, weights_file
from workers.runtimes.litert import LiteRtRuntime

if TYPE_CHECKING:
    import keras


def microscope_frame(seed: int = 1) -> Pixels:
    """Return one frame of the synthetic microscope, (1080, 1920, 3) uint8 BGR."""
    source = open_source(f"synthetic:?seed={seed}&frames=1&episodes=steady")
    pixels = np.empty((source.height, source.width, 3), np.uint8)
    source.grab()
    source.retrieve(pixels)
    source.close()
    return pixels


def microscope_crops() -> Crops:
    """Return the crops of one synthetic frame: (n, size, size, channels) uint8, n no round number."""
    card = read_card(SHIPPED)
    content = (SHIPPED.parent / card.litert.file).read_bytes()
    crops = examine(card, LiteRtRuntime(content, card.shape), microscope_frame()).crops
    return crops[: 32 * (len(crops) // 32) - 5]


def tiny_network(crops: Crops) -> "keras.Model":
    """Return two convolutions with random weights, scaled so that the probabilities for `crops` spread over 0..1."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(7)
    network = keras.Sequential([keras.Input(crops.shape[1:]), layers.Rescaling(1 / 64, offset=-2.5)])
    for filters in (6, 8):
        network.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        network.add(layers.BatchNormalization())
        network.add(layers.ReLU())
        network.add(layers.MaxPooling2D(4))
    network.add(layers.Flatten())
    network.add(layers.Dense(2))
    logits = np.asarray(network(crops.astype(np.float32), training=False))
    difference = logits[:, 1] - logits[:, 0]
    kernel, bias = network.layers[-1].get_weights()
    gain = 2.0 / difference.std()
    network.layers[-1].set_weights([kernel * gain, bias - np.array([0, gain * difference.mean()], np.float32)])
    return network


def write_model(network: "keras.Model", crops: Crops, folder: Path) -> Path:
    """Write the network as tiny.tflite and tiny.keras with their card to `folder`; return the path of the first."""
    from workers.training.formats.keras import keras_bytes
    from workers.training.formats.litert import int8_bytes

    path = folder / "tiny.tflite"
    path.write_bytes(int8_bytes(network, crops))
    path.with_suffix(".keras").write_bytes(keras_bytes(network))
    rewrite_card(
        path,
        lambda card: msgspec.structs.replace(
            card,
            name="tiny",
            litert=weights_file(path, path.read_bytes()),
            keras=weights_file(path.with_suffix(".keras"), path.with_suffix(".keras").read_bytes()),
        ),
        read_card(SHIPPED),
    )
    return path


def rewrite_card(weights: Path, change: Callable[[Card], Card], card: Card | None = None) -> None:
    """Change the card beside `weights`, or make it from another."""
    changed = change(card or read_card(weights))
    weights.with_suffix(".json").write_bytes(msgspec.json.encode(changed))
