"""A model in another format is the same model, with a card that holds its hash."""

import hashlib
import shutil
from pathlib import Path
from typing import get_args

import msgspec
import numpy as np
import pytest

from stream.config.plugins import names
from stream.errors import ModelError, OutputError, UsageError
from tests.doubles.tiny_model import microscope_frame, rewrite_card
from workers.models.exports import SUFFIX, export
from workers.runtimes.base import Crops
from workers.runtimes.card import RuntimeName, read_card
from workers.runtimes.loading import load
from workers.shipped import own_runtime


@pytest.mark.parametrize("to", ["litert", "litert-float32", "onnx", "openvino"])
def test_what_is_exported_is_the_same_model(tiny_model: Path, tmp_path: Path, crops: Crops, to: str) -> None:
    output = tmp_path / "deep" / f"mine{SUFFIX[to]}"
    export(str(tiny_model), to, output)
    card = read_card(output)
    runtime = load(card, output, own_runtime(output))
    reference = load(read_card(tiny_model), tiny_model, own_runtime(output))
    assert card.model_id == read_card(tiny_model).model_id
    assert np.abs(runtime.probabilities(crops) - reference.probabilities(crops)).max() < 1e-6


def test_a_card_tells_of_no_file_that_stayed_behind(tiny_model: Path, tmp_path: Path) -> None:
    export(str(tiny_model), "onnx", tmp_path / "mine.onnx")
    card = read_card(tmp_path / "mine.onnx")
    assert card.keras is None
    assert list(card.exports) == ["onnx"]


def test_exports_beside_their_model_share_its_card(tiny_model: Path) -> None:
    card = read_card(tiny_model)
    assert card.keras is not None
    assert {name: [entry.file for entry in files] for name, files in card.exports.items()} == {
        "litert-float32": ["tiny.float32"],
        "onnx": ["tiny.onnx"],
        "openvino": ["tiny.xml", "tiny.bin"],
    }


def test_frames_choose_new_scales_and_so_another_model(tiny_model: Path, tmp_path: Path, crops: Crops) -> None:
    export(str(tiny_model), "litert", tmp_path / "mine.tflite", [microscope_frame(2)])
    old, new = read_card(tiny_model), read_card(tmp_path / "mine.tflite")
    assert new.model_id != old.model_id
    assert new.figures is None
    probabilities = load(new, tmp_path / "mine.tflite", "litert").probabilities(crops)
    assert np.abs(probabilities - load(old, tiny_model, "keras").probabilities(crops)).max() < 0.1


def test_a_savedmodel_serves_logits_and_lists_its_hashes(tiny_model: Path, tmp_path: Path, crops: Crops) -> None:
    import tensorflow as tf

    export(str(tiny_model), "savedmodel", tmp_path / "mine")
    for line in (tmp_path / "mine" / "SHA256SUMS").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((tmp_path / "mine" / name).read_bytes()).hexdigest() == digest
    loaded = tf.saved_model.load(tmp_path / "mine")
    logits = np.asarray(loaded.serve(tf.constant(crops, tf.float32)))
    reference = load(read_card(tiny_model), tiny_model, "keras").probabilities(crops)
    assert 1 / (1 + np.exp(logits[:, 0] - logits[:, 1])) == pytest.approx(reference, abs=1e-4)
    assert read_card(tmp_path / "mine.tflite").name == "tiny"


@pytest.mark.parametrize(("to", "name"), [("onnx", "mine.tflite"), ("litert", "mine"), ("savedmodel", "mine.pb")])
def test_an_output_of_another_kind_is_refused(tiny_model: Path, tmp_path: Path, to: str, name: str) -> None:
    with pytest.raises(UsageError, match="--output is a"):
        export(str(tiny_model), to, tmp_path / name)


def test_nothing_is_overwritten(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(b"precious")
    with pytest.raises(OutputError, match="is there already"):
        export(str(tiny_model), "onnx", tmp_path / "mine.onnx")
    assert (tmp_path / "mine.onnx").read_bytes() == b"precious"


def test_another_models_card_is_not_replaced(tiny_model: Path, tmp_path: Path) -> None:
    shutil.copy(tiny_model.with_suffix(".json"), tmp_path / "mine.json")
    other = msgspec.structs.replace(read_card(tiny_model), name="other")
    rewrite_card(tmp_path / "mine.tflite", lambda _: other)
    with pytest.raises(OutputError, match="is the card of another model, other-"):
        export(str(tiny_model), "onnx", tmp_path / "mine.onnx")
    assert not (tmp_path / "mine.onnx").exists()


def test_a_model_without_keras_weights_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    export(str(tiny_model), "onnx", tmp_path / "mine.onnx")
    with pytest.raises(ModelError, match="has no Keras weights"):
        export(str(tmp_path / "mine.onnx"), "openvino", tmp_path / "mine.xml")


def test_every_runtime_of_the_settings_is_known() -> None:
    assert set(get_args(RuntimeName)) == set(names("runtimes"))
