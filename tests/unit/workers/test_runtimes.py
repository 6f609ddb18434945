"""The runtimes keep one contract, and say what is missing."""

import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from stream.errors import ModelError
from tests.contracts.runtime_contract import RuntimeContract
from tests.doubles.tiny_model import rewrite_card
from workers.analysers import capillary
from workers.models.exports import export
from workers.runtimes.base import Crops
from workers.runtimes.card import read_card, weights_file
from workers.runtimes.keras import KerasRuntime
from workers.runtimes.loading import load
from workers.shipped import card_of, shipped, weights_path


class TestLiteRt(RuntimeContract):
    """int8: each of the network's steps rounds to 1/256 of its range."""

    name = "litert"
    tolerance = 0.1


class TestLiteRtFloat32(RuntimeContract):
    name = "litert-float32"
    tolerance = 1e-4


class TestKeras(RuntimeContract):
    name = "keras"
    tolerance = 0.0


class TestOnnx(RuntimeContract):
    name = "onnx"
    tolerance = 1e-4


class TestOpenVino(RuntimeContract):
    name = "openvino"
    tolerance = 1e-4


class TestOpenVinoBf16(RuntimeContract):
    """bfloat16: 8 significant bits."""

    name = "openvino-bf16"
    tolerance = 0.05


AGREEMENT = {"litert": 0.1, "litert-float32": 1e-4, "onnx": 1e-4, "openvino": 1e-4, "openvino-bf16": 0.05}


@pytest.mark.parametrize("model", list(shipped()))
def test_a_shipped_model_says_the_same_in_all_runtimes_without_an_export(model: str, crops: Crops) -> None:
    weights, card = weights_path(model), card_of(model)
    reference = load(card, weights, "keras").probabilities(crops)
    for name, tolerance in AGREEMENT.items():
        assert np.abs(load(card, weights, name).probabilities(crops) - reference).max() < tolerance, name


def test_openvino_reads_what_was_exported_to_onnx(tiny_model: Path, tmp_path: Path, crops: Crops) -> None:
    export(str(tiny_model), "onnx", tmp_path / "mine.onnx")
    card = read_card(tmp_path / "mine.onnx")
    said = load(card, tmp_path / "mine.onnx", "openvino").probabilities(crops)
    assert np.abs(said - load(card, tmp_path / "mine.onnx", "onnx").probabilities(crops)).max() < 1e-4


@pytest.mark.parametrize(
    ("name", "library"), [("onnx", "onnxruntime"), ("openvino", "openvino"), ("openvino-bf16", "openvino")]
)
def test_a_missing_library_is_named_with_what_to_install(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, name: str, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    extra = name.partition("-")[0]
    monkeypatch.delitem(sys.modules, f"workers.runtimes.{extra}", raising=False)
    with pytest.raises(ModelError, match=f"needs {library}, which is not installed: uv sync --extra {extra},"):
        load(read_card(tiny_model), tiny_model, name)


def test_the_settings_choose_the_runtime_and_readings_name_it(tiny_model: Path) -> None:
    shipped = read_card(tiny_model).model_id
    for name, suffix in (
        ("litert", ".tflite"),
        ("litert-float32", ".float32"),
        ("keras", ".keras"),
        ("onnx", ".onnx"),
        ("openvino", ".xml"),
        ("openvino-bf16", ".xml"),
    ):
        for weights in (tiny_model, tiny_model.with_suffix(suffix)):
            named = capillary({"weights": str(weights), "runtime": name}).model_id
            assert named == (shipped if name == "litert" else f"{shipped}-{name}")


def test_weights_for_another_runtime_are_refused(tiny_model: Path) -> None:
    with pytest.raises(ModelError, match='set runtime = "onnx"'):
        capillary({"weights": str(tiny_model.with_suffix(".onnx"))})


def test_a_model_that_was_not_exported_says_how(tiny_model: Path, tmp_path: Path) -> None:
    for suffix in (".tflite", ".json"):
        (tmp_path / f"tiny{suffix}").write_bytes(tiny_model.with_suffix(suffix).read_bytes())
    rewrite_card(tmp_path / "tiny.tflite", lambda card: msgspec.structs.replace(card, exports={}))
    with pytest.raises(ModelError, match="no weights for the runtime 'onnx': make them with `models export`"):
        capillary({"weights": str(tmp_path / "tiny.tflite"), "runtime": "onnx"})


def test_code_in_weights_is_not_run(tiny_model: Path, tmp_path: Path) -> None:
    import keras

    card = read_card(tiny_model)
    network = keras.Sequential([keras.Input(card.shape), keras.layers.Lambda(lambda x: x / 0), keras.layers.Flatten()])
    network.save(tmp_path / "tiny.keras")
    entry = weights_file(tmp_path / "tiny.keras", (tmp_path / "tiny.keras").read_bytes())
    rewrite_card(tmp_path / "tiny.keras", lambda card: msgspec.structs.replace(card, keras=entry), card)
    with pytest.raises(ModelError, match="Lambda layer"):
        capillary({"weights": str(tmp_path / "tiny.keras"), "runtime": "keras"})


def of_one_channel(sequential: bool, weight: float, size: int) -> bytes:
    """Return a network whose log-odds are `weight` times the mean of a crop's last channel, by one convolution."""
    import keras
    from keras import layers

    from workers.training.formats.keras import keras_bytes

    entry = keras.Input((size, size, 4))
    steps = [layers.Conv2D(1, 1, use_bias=False), layers.ReLU(), layers.GlobalAveragePooling2D(), layers.Dense(2)]
    value = entry
    for step in steps:
        value = step(value)
    steps[0].set_weights([np.array([0, 0, 0, 1], np.float32).reshape(1, 1, 4, 1)])
    steps[3].set_weights([np.array([[0, weight]], np.float32), np.zeros(2, np.float32)])
    return keras_bytes(
        keras.Sequential([keras.Input((size, size, 4)), *steps]) if sequential else keras.Model(entry, value)
    )


@pytest.mark.parametrize("sequential", [True, False])
def test_a_heat_map_shows_where_the_evidence_is(sequential: bool) -> None:
    crops: Crops = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 4)).astype(np.uint8)
    for weight in (0.5, -0.5):
        heat = KerasRuntime(of_one_channel(sequential, weight, 8), (8, 8, 4)).heat_maps(crops)
        # The gradient of a mean is 1 / (8 * 8) at each place.
        assert heat == pytest.approx(crops[..., 3] * weight / 64, rel=1e-4)


def test_heat_maps_are_coarse_pictures_of_the_crops(tiny_model: Path, crops: Crops) -> None:
    card = read_card(tiny_model)
    runtime = KerasRuntime(tiny_model.with_suffix(".keras").read_bytes(), card.shape)
    side = card.input.size_px // 4  # two poolings lie before the last convolution
    assert runtime.heat_maps(crops[:3]).shape == (3, side, side)
    with pytest.raises(ValueError, match="the network takes uint8"):
        runtime.heat_maps(crops[:, 1:])
