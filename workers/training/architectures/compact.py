"""The networks that can be trained. TensorFlow is imported when one is made."""

from typing import TYPE_CHECKING, Final

from workers.runtimes.card import Input

if TYPE_CHECKING:
    import keras

NAME: Final = "conv 16-32-64 3x3 with max pooling, dense 128-64-2, softmax"


def capillary_net(view: Input, dropout: float) -> "keras.Model":
    """The network of Helmy et al. (CapillaryNet): (n, size, size, channels) 0..255 to two logits.

    Batch normalisation stands between each convolution and its ReLU and is folded into the weights by the converter.
    The softmax is left to the runtime, so that log-odds survive 8 bits.
    """
    import keras
    from keras import layers

    network = keras.Sequential([keras.Input((view.size_px, view.size_px, view.channels))])
    network.add(layers.Rescaling(1 / 64, offset=-2.5))
    for filters in (16, 32, 64):
        network.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        network.add(layers.BatchNormalization())
        network.add(layers.ReLU())
        network.add(layers.MaxPooling2D())
    network.add(layers.Flatten())
    network.add(layers.Dropout(dropout))
    network.add(layers.Dense(128, activation="relu"))
    network.add(layers.Dropout(dropout))
    network.add(layers.Dense(64, activation="relu"))
    network.add(layers.Dense(2))
    return network
