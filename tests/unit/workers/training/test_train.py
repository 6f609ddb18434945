"""A training from end to end, on a few small frames: repeatable to the bit, resumable, and honest in its card."""

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from stream.errors import ConfigError, OutputError, SourceError, UsageError
from tests.doubles.frames.labelled_drawings import drawn
from workers.runtimes.card import Card, read_card
from workers.runtimes.keras import load_network
from workers.training import folds as folds_module
from workers.training.data.augment import Strength
from workers.training.data.dataset_info import HELMY, UNKNOWN, read_dataset_info
from workers.training.data.samples import read_samples
from workers.training.evaluation.evaluate import evaluate
from workers.training.fit import targets_and_weights
from workers.training.folds import train_folds, trained
from workers.training.plan import TrainingPlan, read_plan
from workers.training.train import cross_validate, train

pytestmark = pytest.mark.slow
PLAN = TrainingPlan(epochs=2, warm_up=0.1)
SMALL = TrainingPlan(epochs=1, architecture="tests.doubles.small_network:SMALL")
"""Where the network itself does not matter."""


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn(tmp_path_factory.mktemp("labelled"), 4)


@pytest.fixture(scope="module")
def model(labelled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "tiny.tflite"
    train(labelled, path, seed=4, folds=2, keep_folds=True, plan=PLAN, name="tiny")
    return path


def card(path: Path) -> Card:
    return read_card(path)


def test_the_same_seed_gives_the_same_weights(labelled: Path) -> None:
    frames = list(read_samples(labelled).values())
    first, again, other = (trained(frames, PLAN, seed, "") for seed in (1, 1, 2))
    assert first.int8 == again.int8
    assert first.int8 != other.int8
    floats = [load_network(weights.float32).get_weights() for weights in (first, again)]
    assert all(np.array_equal(a, b) for a, b in zip(*floats, strict=True))


def test_the_card_says_whose_frames_they_were_and_how_good_it_is(model: Path) -> None:
    made = card(model)
    assert (made.licence, made.training.data, made.limits) == ("CC0", "4 drawings", ["drawings"])
    assert made.training.frames == ["n0", "n1", "n2", "n3"]
    assert made.figures is not None
    assert made.figures.frames == 4
    assert len(made.figures.f1_folds) == 2
    assert {"f1", "accuracy", "auc_roc", "dice", "calibration_error"} <= made.figures.spread.keys()
    assert card(model.with_name("tiny-fold1.tflite")).training.held_out


def test_plots_lie_beside_the_model_and_nothing_unfinished_does(model: Path) -> None:
    names = {path.name for path in model.parent.iterdir()}
    assert {f"tiny-{name}.png" for name in ("loss", "roc", "calibration", "bland-altman")} <= names
    assert not any("unfinished" in name for name in names)


def test_a_model_can_be_scored(model: Path, labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from workers.capillary.settings import AnalyserSettings

    assert len(evaluate(labelled, AnalyserSettings(weights=str(model)))) == 4
    assert "(trained on it)" in capsys.readouterr().out


def test_figures_can_come_from_other_frames(labelled: Path, tmp_path: Path) -> None:
    train(labelled, tmp_path / "m.tflite", folds=2, plan=SMALL, test=labelled)
    figures = card(tmp_path / "m.tflite").figures
    assert figures is not None
    assert figures.method.startswith("no frame of these was seen: 4 drawings")


def test_a_stopped_run_goes_on_after_its_finished_folds(
    labelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = cross_validate(labelled, folds=2, plan=SMALL)
    asked: list[int] = []

    def stopped(*arguments: object, **named: object) -> object:
        asked.append(1)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return trained(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(folds_module, "trained", stopped)
    with pytest.raises(KeyboardInterrupt):
        cross_validate(labelled, folds=2, plan=SMALL, output=tmp_path)
    assert "continues after the last finished network" in capsys.readouterr().err
    assert cross_validate(labelled, folds=2, plan=SMALL, output=tmp_path) == fresh
    assert len(asked) == 3
    assert (tmp_path / "figures.json").is_file()
    cross_validate(labelled, seed=2, folds=2, plan=SMALL, output=tmp_path)
    assert len(asked) == 5


def test_early_stopping_looks_at_frames_that_are_neither_seen_nor_held_out(labelled: Path) -> None:
    samples = read_samples(labelled)
    (first, _) = train_folds(samples, msgspec.structs.replace(SMALL, epochs=3, patience=1), seed=1, count=2)
    held_out = {judged.frame.label.frame for judged in first.held_out}
    assert len(first.weights.frames) == 1
    assert not held_out & set(first.weights.frames)
    assert first.weights.epochs <= len(first.weights.history) <= 3


def test_class_weights_even_out_the_classes(labelled: Path) -> None:
    frames = list(read_samples(labelled).values())
    target, weight = targets_and_weights(frames, TrainingPlan(class_weights=1.0, label_smoothing=0.0))
    assert (target * weight[:, None]).sum(axis=0) == pytest.approx([weight.sum() / 2] * 2, rel=1e-3)


def test_whose_frames_they_are_is_read_from_the_folder(tmp_path: Path) -> None:
    assert read_dataset_info(tmp_path) == UNKNOWN
    (tmp_path / "LICENSE-CC-BY-NC-4.0.md").touch()
    assert read_dataset_info(tmp_path) == HELMY
    (tmp_path / "dataset.json").write_text('{"data": 1}')
    with pytest.raises(SourceError, match="does not say whose"):
        read_dataset_info(tmp_path)


def test_a_plan_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text("epochs = 3\n[augmentation]\nblur = 0.5\n")
    assert read_plan(path) == TrainingPlan(epochs=3, augmentation=Strength(blur=0.5))
    path.write_text("epocs = 3\n")
    with pytest.raises(ConfigError, match="epocs"):
        read_plan(path)


def test_mistakes_end_in_a_sentence(labelled: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.tflite"):
        train(labelled, tmp_path / "model.h5")
    with pytest.raises(UsageError, match="cannot be split"):
        train(labelled, tmp_path / "m.tflite", folds=9)
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="Cannot write"):
        train(labelled, tmp_path / "file" / "m.tflite", plan=PLAN)
    shutil.rmtree(tmp_path / "m-unfinished", ignore_errors=True)
