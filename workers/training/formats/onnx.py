"""A trained network as an .onnx file, float32."""

import contextlib
import io
from typing import TYPE_CHECKING

from workers.training.formats.library import library

if TYPE_CHECKING:
    import keras


def onnx_bytes(network: "keras.Model") -> bytes:
    """Make an .onnx file's bytes: float32 crops (n, size, size, channels) of 0..255 in, logits (n, 2) out.

    Raises ModelError if tf2onnx is not installed.
    """
    converter = library("tf2onnx", "onnx")
    import tensorflow as tf

    entry = [tf.TensorSpec((None, *network.input_shape[1:]), tf.float32, name="crops")]
    call = tf.function(lambda crops: {"logits": network(crops, training=False)}, input_signature=entry)
    with contextlib.redirect_stdout(io.StringIO()):  # it prints what it does, and stdout is for data
        proto, _ = converter.convert.from_function(call, input_signature=entry, opset=17)
    content: bytes = proto.SerializeToString()
    return content
