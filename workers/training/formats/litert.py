"""A trained network as a .tflite file: full-integer int8, which the program runs, or float32, to compare with."""

import contextlib
import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from workers.runtimes.quiet import without_chatter

if TYPE_CHECKING:
    import keras

REPRESENTATIVE: Final = 512
"""Crops that the converter looks at to choose its scales."""


def int8_bytes(network: "keras.Model", crops: npt.NDArray[np.uint8]) -> bytes:
    """Make a .tflite file's bytes: int8 inside, uint8 crops in, float32 logits out.

    crops: (n, size, size, channels), from which the converter chooses the scales.
    """
    import tensorflow as tf

    chosen = crops[np.linspace(0, len(crops) - 1, min(REPRESENTATIVE, len(crops))).astype(int)]

    def representative() -> Iterator[list[npt.NDArray[np.float32]]]:
        for crop in chosen:
            yield [crop[np.newaxis].astype(np.float32)]

    with _quiet():
        converter = tf.lite.TFLiteConverter.from_keras_model(network)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = representative
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.uint8
        converter.inference_output_type = tf.float32
        content: bytes = converter.convert()
    return content


def float32_bytes(network: "keras.Model") -> bytes:
    """Make a .tflite file's bytes: float32 inside, uint8 crops in, float32 logits out."""
    import keras
    import tensorflow as tf

    entry = keras.Input(network.input_shape[1:], dtype="uint8")
    whole = keras.Model(entry, network(keras.ops.cast(entry, "float32")))
    with _quiet():
        content: bytes = tf.lite.TFLiteConverter.from_keras_model(whole).convert()
    return content


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the converter: it prints what it saves to stdout, which is for data, warns of its scales, and logs."""
    with without_chatter(), contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
