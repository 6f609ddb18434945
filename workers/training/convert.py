"""Turns a Keras network into other programs' formats: ONNX, OpenVINO, SavedModel. Knows no card and no model's name."""

import contextlib
import io
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stream.errors import ModelError

if TYPE_CHECKING:
    import keras


def onnx_bytes(network: "keras.Model") -> bytes:
    """An .onnx file's bytes: float32 crops (n, size, size, channels) of 0..255 to logits (n, 2). Raises ModelError."""
    converter = _library("tf2onnx", "onnx")
    import tensorflow as tf

    entry = [tf.TensorSpec((None, *network.input_shape[1:]), tf.float32, name="crops")]
    call = tf.function(lambda crops: {"logits": network(crops, training=False)}, input_signature=entry)
    with _quiet():
        proto, _ = converter.convert.from_function(call, input_signature=entry, opset=17)
    content: bytes = proto.SerializeToString()
    return content


def openvino_bytes(network: "keras.Model") -> tuple[bytes, bytes]:
    """The bytes of OpenVINO's .xml and .bin, float32. Raises ModelError.

    By way of ONNX: OpenVINO's own converter reports its use to its makers over the network, its reader does not.
    """
    openvino = _library("openvino", "openvino")
    graph = openvino.Core().read_model(onnx_bytes(network), b"")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.xml"
        openvino.serialize(graph, path, path.with_suffix(".bin"))
        return path.read_bytes(), path.with_suffix(".bin").read_bytes()


def savedmodel_files(network: "keras.Model") -> dict[str, bytes]:
    """The files of TensorFlow's SavedModel by their path in its folder; its endpoint `serve` takes float32 crops."""
    with tempfile.TemporaryDirectory() as folder:
        with _quiet():
            network.export(folder, format="tf_saved_model", verbose=False)
        paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _library(name: str, extra: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise ModelError(
            f"This export needs {error.name}, which is not installed: uv sync --extra {extra}, "
            f"or uv pip install {error.name}."
        ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Converters print what they do to stdout, which is for data."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield
