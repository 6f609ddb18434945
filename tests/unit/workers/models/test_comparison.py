"""Two analyses of the same frames: agreement, density, speed and labels, in a table and files."""

from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from stream.errors import ModelError, SourceError
from stream.protocol.contracts import Analysis, Frame, Pixels, Quality, Region
from tests.doubles.tiny_model import microscope_frame
from workers.models.comparison import Comparison, analyser_by_name, compare, frames_and_labels, table, write
from workers.training.data.labels import Label, LabelledRegion

SQUARE = [(100, 100), (139, 100), (139, 139), (100, 139)]


class Says:
    """An analyser that always says the same."""

    def __init__(self, density: float, *polygons: list[tuple[int, int]]) -> None:
        self.model_id = f"says-{density}"
        self._density = density
        self._regions = [Region(np.array(polygon, np.int32), 1.0, 1600.0) for polygon in polygons]

    def analyse(self, frame: Frame) -> Analysis:
        assert frame.previous is None
        return Analysis(self._density, self._density, self._density, self._regions, Quality("good"))


@pytest.fixture(scope="module")
def frame() -> Pixels:
    return microscope_frame()


def label(name: str) -> Label:
    square = LabelledRegion("capillary", "C", "C", SQUARE)
    return Label(name, 1920, 1080, [square], {})


def test_an_analysis_agrees_with_itself(frame: Pixels) -> None:
    result = compare(("a", analyser_by_name("default")), ("b", analyser_by_name("default")), [("f", frame)], {})
    assert (result.agreement, result.kappa, result.bland_altman.bias_pct) == (1.0, 1.0, 0.0)
    assert result.places.both > 0
    assert result.places.neither > 0
    assert result.a.f1 is None
    assert result.a.cpu_ms_median > 0


def test_readers_judge_both(frame: Pixels) -> None:
    sides = ("finds", Says(0.1, SQUARE)), ("misses", Says(0.0))
    result = compare(*sides, [("f1", frame), ("f2", frame), ("unlabelled", frame)], {n: label(n) for n in ("f1", "f2")})
    assert (result.frames, result.labelled_frames) == (3, 2)
    assert result.a.f1 == pytest.approx(1.0)
    assert result.b.recall == 0.0
    assert result.b.density_error_median == pytest.approx(1.0)
    assert result.bland_altman.bias_pct == pytest.approx(-0.1)


def compared(frame: Pixels) -> Comparison:
    return compare(
        ("one", Says(1.0, SQUARE)), ("other", Says(1.5)), [("f1", frame), ("f2", frame)], {"f1": label("f1")}
    )


def test_the_table_has_a_column_each(frame: Pixels) -> None:
    text = table(compared(frame))
    assert "says-1.0" in text
    assert "says-1.5" in text
    assert "bias +0.500 %, 95 % limits of agreement +0.500 to +0.500 %" in text
    assert "F1 against labels" in text


def test_files_say_the_same(frame: Pixels, tmp_path: Path) -> None:
    result = compared(frame)
    write(result, tmp_path / "new")
    assert msgspec.json.decode((tmp_path / "new" / "compare.json").read_bytes(), type=Comparison) == result
    assert cv2.imread(str(tmp_path / "new" / "bland-altman.png")) is not None


def test_no_frame_is_said_in_words() -> None:
    with pytest.raises(SourceError, match="no frame"):
        compare(("a", Says(1.0)), ("b", Says(1.0)), [], {})


def test_an_analyser_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "comparable.py").write_text(
        "class Mine:\n    model_id = 'mine-1'\n    def __init__(self, settings): pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert analyser_by_name("comparable:Mine").model_id == "mine-1"
    with pytest.raises(ModelError, match="has no Yours"):
        analyser_by_name("comparable:Yours")


def test_weights_run_in_their_own_runtime(tiny_model: Path) -> None:
    for suffix in (".tflite", ".onnx", ".xml", ".keras"):
        assert analyser_by_name(str(tiny_model.with_suffix(suffix))).model_id.startswith("tiny-")


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(ModelError, match="There is no model 'nothing-of-that-name': shipped are default"):
        analyser_by_name("nothing-of-that-name")


def test_labels_are_found_beside_frames(tmp_path: Path) -> None:
    (tmp_path / "frames").mkdir()
    assert frames_and_labels(str(tmp_path / "frames")) == (str(tmp_path / "frames"), {})
    assert frames_and_labels("synthetic:?frames=2") == ("synthetic:?frames=2", {})
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "f1.json").write_bytes(msgspec.json.encode(label("f1")))
    for source in (tmp_path, tmp_path / "frames"):
        assert frames_and_labels(str(source)) == (str(tmp_path / "frames"), {"f1": label("f1")})
