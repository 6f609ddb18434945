"""From a frame to the files that show why."""

from dataclasses import replace
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from stream.errors import ModelError, OutputError
from stream.protocol.contracts import Frame, PictureObject
from tests.doubles.tiny_model import microscope_frame
from workers.capillary.analyser import make_analyser
from workers.capillary.density import counted
from workers.capillary.examine import Examined, examine
from workers.capillary.settings import AnalyserSettings
from workers.models import explanation
from workers.models.explanation import Explanation, explain
from workers.models.exports import export
from workers.runtimes.card import Calibration, read_card
from workers.runtimes.loading import load


def test_an_explanation_is_of_what_the_analysis_says(tiny_model: Path, tmp_path: Path) -> None:
    pixels = microscope_frame()
    told = explain("f1", pixels, tmp_path / "why", str(tiny_model))
    analysis = make_analyser(AnalyserSettings(weights=str(tiny_model))).analyse(Frame(pixels))
    accepted = [region for region in told.regions if region.capillary]
    assert told.density_pct == analysis.density_pct
    assert sorted(region.score for region in accepted) == pytest.approx(
        sorted(region.score for region in analysis.regions), abs=1e-4
    )
    weights = counted(np.array([region.score for region in told.regions]), told.threshold)
    assert told.analysed_pct is not None
    tissue_px = told.analysed_pct / 100 * 1920 * 1080
    area = sum(weight * region.area_px for weight, region in zip(weights, told.regions, strict=True))
    assert 100 * area / tissue_px == pytest.approx(told.density_pct, rel=1e-3)
    assert {region.verdict for region in told.regions} == {"accepted", "borderline", "rejected"}
    assert [region.number for region in told.regions] == list(range(1, len(told.regions) + 1))


def test_its_files_are_two_pictures_and_the_numbers(tiny_model: Path, tmp_path: Path) -> None:
    told = explain("f1", microscope_frame(), tmp_path, str(tiny_model))
    assert msgspec.json.decode((tmp_path / "explain.json").read_bytes(), type=Explanation) == told
    for name in ("annotated.png", "regions.png"):
        assert cv2.imread(str(tmp_path / name)) is not None


def test_what_is_not_tissue_is_told_with_its_share(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hair = PictureObject("hair", np.array([(0, 0), (0, 9), (19, 9), (19, 5), (19, 0)], np.int32), 200.0)
    monkeypatch.setattr(explanation, "examine", lambda *given: with_objects(examine(*given), [hair], 99.0))
    told = explain("f1", np.full((100, 200, 3), 128, np.uint8), tmp_path, str(tiny_model))
    assert (told.objects[0].name, told.objects[0].area_px, told.objects[0].share_pct) == ("hair", 200.0, 1.0)
    assert told.objects[0].polygon_px == [(0, 0), (0, 9), (19, 9), (19, 0)]
    assert told.analysed_pct == 99.0


def with_objects(examined: Examined, objects: list[PictureObject], analysed_pct: float) -> Examined:
    measures = {**examined.analysis.measures, "analysed_pct": analysed_pct}
    return replace(examined, analysis=replace(examined.analysis, objects=objects, measures=measures))


def test_an_empty_frame_is_explained(tiny_model: Path, tmp_path: Path) -> None:
    told = explain("empty", np.full((270, 480, 3), 128, np.uint8), tmp_path, str(tiny_model))
    assert (told.regions, told.density_pct) == ([], 0.0)
    assert (tmp_path / "regions.png").is_file()


def test_every_proposal_is_examined_with_its_own_crop(tiny_model: Path) -> None:
    """Without weights of traits the network decides alone: its opinions of the crops are the scores."""
    card = msgspec.structs.replace(read_card(tiny_model), calibration=Calibration())
    runtime = load(card, tiny_model, "litert")
    examined = examine(card, runtime, microscope_frame())
    assert examined.crops.shape == (len(examined.regions), *card.shape)
    order = np.argsort(runtime.probabilities(examined.crops))
    scores = np.array([region.score for region in examined.regions])
    assert (np.diff(scores[order]) >= 0).all()
    assert len(examined.analysis.regions) == (scores >= card.threshold).sum()


def test_without_keras_weights_there_is_no_explanation(tiny_model: Path, tmp_path: Path) -> None:
    export(str(tiny_model), "onnx", tmp_path / "mine.onnx")
    with pytest.raises(ModelError, match="no Keras weights, and heat maps need them"):
        explain("f1", microscope_frame(), tmp_path / "why", str(tmp_path / "mine.onnx"))


def test_a_folder_that_cannot_be_made_is_named(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Cannot write"):
        explain("f1", microscope_frame(), tmp_path / "file", str(tiny_model))
