"""The network that ships: CapillaryNet of Helmy et al. with narrower layers and batch normalisation."""

from typing import TYPE_CHECKING, Final

from workers.runtimes.card import Input
from workers.training.architectures.architecture import Architecture

if TYPE_CHECKING:
    import keras


def capillary_net(view: Input, dropout: float) -> "keras.Model":
    """Build the network of Helmy et al. (CapillaryNet), see `Architecture`.

    Batch normalisation stands between each convolution and its ReLU and is folded into the weights by the converter.
    """
    import keras
    from keras import layers

    network = keras.Sequential([keras.Input((view.size_px, view.size_px, view.channels))])
    network.add(layers.Rescaling(1 / 64, offset=-2.5))
    for filters in (8, 16, 32):
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


COMPACT: Final = Architecture("conv 8-16-32 3x3 with max pooling, dense 128-64-2, softmax", capillary_net)
