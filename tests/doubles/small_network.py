"""A network of one layer, for tests of what a training does around its network. Makes it; asserts nothing."""

from typing import TYPE_CHECKING

from workers.runtimes.card import Input
from workers.training.architectures.architecture import Architecture

if TYPE_CHECKING:
    import keras


def one_layer(view: Input, dropout: float) -> "keras.Model":
    """Build it, see `Architecture`."""
    from keras import Input as Entry
    from keras import Sequential, layers

    entry = Entry((view.size_px, view.size_px, view.channels))
    scaled = layers.Rescaling(1 / 64, offset=-2.5)
    return Sequential([entry, scaled, layers.Flatten(), layers.Dropout(dropout), layers.Dense(2)])


SMALL = Architecture("one dense layer", one_layer)
