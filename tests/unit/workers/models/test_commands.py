"""The models' commands as a user types them: what they print, and a sentence for every mistake."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from run_stream import main
from stream.errors import SourceError, UsageError
from tests.doubles.tiny_model import microscope_frame


def models(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["models", *map(str, arguments)])


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Image.fromarray(microscope_frame()[:, :, ::-1]).save(tmp_path / "f1.png", compress_level=1)
    return tmp_path / "f1.png"


def test_explain_counts_the_verdicts(tiny_model: Path, picture: Path, tmp_path: Path) -> None:
    done = models("explain", picture, "--output", tmp_path / "why", "--weights", tiny_model)
    said = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert said[:3] == ["accepted", "borderline", "rejected"]
    assert said[-2:] == ["tissue analysed", "density"]  # between them: what is not tissue
    assert sorted(path.name for path in (tmp_path / "why").iterdir()) == [
        "annotated.png",
        "explain.json",
        "regions.png",
    ]


def test_a_damaged_picture_is_refused(tiny_model: Path, picture: Path, tmp_path: Path) -> None:
    picture.write_bytes(picture.read_bytes()[:5000])
    done = models("explain", picture, "--output", tmp_path / "why", "--weights", tiny_model)
    assert isinstance(done.exception, SourceError)
    assert "f1.png is damaged" in str(done.exception)
    assert not (tmp_path / "why").exists()


def test_a_live_source_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    done = models("explain", "synthetic:?live=true", "--output", tmp_path, "--weights", tiny_model)
    assert isinstance(done.exception, UsageError)


def test_compare_prints_a_table_and_writes_files(tiny_model: Path, picture: Path, tmp_path: Path) -> None:
    done = models("compare", tiny_model, tiny_model.with_suffix(".onnx"), picture, "--output", tmp_path / "cmp")
    assert done.exit_code == 0, done.exception
    assert "Cohen's kappa" in done.stdout
    assert {path.name for path in (tmp_path / "cmp").iterdir()} == {"compare.json", "bland-altman.png"}


def test_compare_takes_any_recording(tiny_model: Path) -> None:
    done = models("compare", "default", tiny_model, "synthetic:?frames=2")
    assert "over 2 frames" in done.stdout


def test_export_prints_what_it_wrote(tiny_model: Path, tmp_path: Path) -> None:
    done = models("export", tiny_model, "--to", "onnx", "--output", tmp_path / "mine.onnx")
    assert done.stdout == f"{tmp_path / 'mine.onnx'}\n"
    shown = models("show", tmp_path / "mine.onnx")
    assert "tiny-" in shown.stdout


def test_export_makes_int8_anew_for_these_frames(tiny_model: Path, picture: Path, tmp_path: Path) -> None:
    done = models("export", tiny_model, "--to", "litert", "--output", tmp_path / "mine.tflite", "--frames", picture)
    assert done.exit_code == 0, done.exception
    assert "Not measured" in models("show", tmp_path / "mine.tflite").stdout


def test_list_says_which_model_may_be_used_for_what() -> None:
    lines = {line.split("\t")[0]: line for line in models("list").stdout.splitlines()}
    assert "non-commercial" in lines["default"]
    assert "Apache-2.0" in lines["synthetic"]
    assert all("F1 0." in line and "density error" in line for line in lines.values())


def test_synthesized_frames_can_be_scored(tmp_path: Path) -> None:
    done = models("synthesize", "--output", tmp_path, "--count", "1", "--seed", "5")
    assert done.exit_code == 0, done.exception
    scored = models("evaluate", tmp_path, "--weights", "synthetic")
    assert "all 1: F1 0." in scored.stdout


def test_training_needs_more_frames_than_folds(tmp_path: Path) -> None:
    models("synthesize", "--output", tmp_path, "--count", "1")
    done = models("train", tmp_path, "--output", tmp_path / "mine.tflite")
    assert isinstance(done.exception, UsageError)
    assert "cannot be split into 5 folds" in str(done.exception)


@pytest.mark.parametrize(
    "command", [["train", "-o", "x.tflite"], ["evaluate", "--transfer"], ["evaluate", "--cross-validate"]]
)
def test_a_folder_without_labels_is_refused_in_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = models(*command, tmp_path)
    assert isinstance(done.exception, SourceError)
    assert "No labels" in str(done.exception)
