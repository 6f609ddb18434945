"""Weights are loaded only with the card that belongs to them."""

import shutil
from pathlib import Path

import pytest

from stream.errors import ModelError
from workers.capillary.analyser import SHIPPED, make_analyser
from workers.capillary.settings import AnalyserSettings
from workers.runtimes.card import read_card


def shipped_in(folder: Path) -> Path:
    for suffix in (".tflite", ".json"):
        shutil.copy(SHIPPED.with_suffix(suffix), folder)
    return folder / SHIPPED.name


def analyser_from(weights: Path) -> None:
    make_analyser(AnalyserSettings(weights=str(weights)))


def test_the_shipped_card_says_what_a_user_must_know() -> None:
    card = read_card(SHIPPED)
    assert "CC BY-NC 4.0" in card.licence
    assert "not clinicians" in card.training.readers
    assert "research" in card.intended_use
    assert any("skin only" in limit for limit in card.limits)
    assert card.figures is not None
    assert len(card.figures.f1_folds) >= 5


def test_the_card_for_people_names_the_same_model() -> None:
    assert read_card(SHIPPED).model_id in SHIPPED.with_suffix(".md").read_text()


def test_copied_weights_load(tmp_path: Path) -> None:
    analyser_from(shipped_in(tmp_path))


def test_weights_that_were_changed_are_refused(tmp_path: Path) -> None:
    weights = shipped_in(tmp_path)
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match="does not have the hash in its card"):
        analyser_from(weights)


@pytest.mark.parametrize("name", ["model.h5", "model.pkl", "model.pt", "model"])
def test_other_formats_are_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"anything")
    with pytest.raises(ModelError, match=r"give a file of weights \(\.tflite"):
        analyser_from(tmp_path / name)


def test_weights_without_a_card_are_refused(tmp_path: Path) -> None:
    weights = shipped_in(tmp_path)
    weights.with_suffix(".json").unlink()
    with pytest.raises(ModelError, match="No model card"):
        analyser_from(weights)


def test_a_card_that_is_none_is_refused(tmp_path: Path) -> None:
    weights = shipped_in(tmp_path)
    weights.with_suffix(".json").write_text('{"name": "x"}')
    with pytest.raises(ModelError, match="is not a model card"):
        analyser_from(weights)


def test_a_card_cannot_point_out_of_its_folder(tmp_path: Path) -> None:
    weights = shipped_in(tmp_path)
    card = weights.with_suffix(".json")
    card.write_text(card.read_text().replace('"default.tflite"', '"../default.tflite"'))
    with pytest.raises(ModelError, match="is not a model card"):
        analyser_from(weights)


def test_weights_of_another_recipe_are_refused(tmp_path: Path) -> None:
    weights = shipped_in(tmp_path)
    card = weights.with_suffix(".json")
    card.write_text(card.read_text().replace(read_card(SHIPPED).recipe, "another-recipe"))
    with pytest.raises(ModelError, match="train it again"):
        analyser_from(weights)


def test_missing_weights_are_refused(tmp_path: Path) -> None:
    weights = shipped_in(tmp_path)
    weights.unlink()
    with pytest.raises(ModelError, match="Cannot read the weights"):
        analyser_from(weights)
