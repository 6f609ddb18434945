"""A small model in all formats, made once: TensorFlow takes seconds to load."""

from pathlib import Path

import matplotlib.font_manager  # noqa: F401 - lists the system's fonts (`fc-list`), once in a new home directory
import pytest

from tests.doubles.tiny_model import microscope_crops, tiny_network, write_model
from workers.runtimes.base import Crops


@pytest.fixture(scope="session")
def crops() -> Crops:
    """Crops of the proposals in a frame of the synthetic microscope."""
    return microscope_crops()


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory, crops: Crops) -> Path:
    """tiny.tflite; beside it .keras, .float32, .onnx, .xml with .bin, and one card for all. Not to be changed."""
    from workers.models.exports import export

    folder = tmp_path_factory.mktemp("tiny")
    weights = write_model(tiny_network(crops), crops, folder)
    export(str(weights), "litert-float32", folder / "tiny.float32")
    export(str(weights), "onnx", folder / "tiny.onnx")
    export(str(weights), "openvino", folder / "tiny.xml")
    return weights
