"""A trained network as OpenVINO's pair of files, float32."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from workers.training.formats.library import library
from workers.training.formats.onnx import onnx_bytes

if TYPE_CHECKING:
    import keras


def openvino_bytes(network: "keras.Model") -> tuple[bytes, bytes]:
    """Make the bytes of the .xml and the .bin. Raises ModelError if openvino or tf2onnx is not installed.

    By way of ONNX: OpenVINO's own converter reports its use to its makers over the network, its reader does not.
    """
    openvino = library("openvino", "openvino")
    graph = openvino.Core().read_model(onnx_bytes(network), b"")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.xml"
        openvino.serialize(graph, path, path.with_suffix(".bin"))
        return path.read_bytes(), path.with_suffix(".bin").read_bytes()
