"""What a network that can be trained must be. Imports no TensorFlow: that is loaded when a network is built."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workers.runtimes.card import Input

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True)
class Architecture:
    """A kind of network; the plan of a training names it.

    description: for the model's card, one line.
    build: from what the network is shown, and a rate of dropout in 0..1, to a new network with random weights: float32
    crops (n, size, size, channels) of 0..255 in, two logits out, other and capillary. No softmax: it is left to the
    runtime, so that log-odds survive 8 bits. Layers must be such that LiteRT's converter makes int8 of them.

    A network of one's own, in a file my_net.py, is trained with the line `architecture = "my_net:TINY"` in the plan:

    >>> from workers.training.architectures.architecture import Architecture
    >>> def build(view, dropout):
    ...     from keras import Input, Sequential, layers
    ...     entry = Input((view.size_px, view.size_px, view.channels))
    ...     return Sequential([entry, layers.Flatten(), layers.Dropout(dropout), layers.Dense(2)])
    >>> TINY = Architecture("one dense layer", build)
    """

    description: str
    build: "Callable[[Input, float], keras.Model]"
