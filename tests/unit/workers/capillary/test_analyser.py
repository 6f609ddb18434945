"""The whole analysis, with the shipped weights."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from stream.pixels.thumbnail import thumbnail
from stream.protocol.contracts import Frame, Pixels
from workers.capillary.analyser import make_analyser
from workers.capillary.settings import AnalyserSettings
from workers.reading import transfer_of
from workers.runtimes.figures import transfer_sentence
from workers.shipped import card_of


def tissue(seed: int = 0, height: int = 1080, width: int = 1920) -> Pixels:
    random = np.random.default_rng(seed)
    pixels = np.full((height, width, 3), (127, 128, 130), np.float32) + random.normal(0, 1.5, (height, width, 1))
    pixels = pixels.astype(np.uint8)
    for _ in range(height * width // 40_000):
        centre = (int(random.integers(30, width - 30)), int(random.integers(30, height - 30)))
        axes = (int(random.integers(10, 24)), int(random.integers(6, 11)))
        cv2.ellipse(pixels, centre, axes, int(random.integers(0, 180)), 0, 360, (112, 102, 120), -1)
    return cv2.GaussianBlur(pixels, (0, 0), 2.0).astype(np.uint8)


@pytest.fixture(scope="module")
def analyser() -> object:
    return make_analyser(AnalyserSettings())


def test_a_result_is_consistent_in_itself() -> None:
    pixels = tissue()
    result = make_analyser(AnalyserSettings()).analyse(Frame(pixels))
    assert result.regions
    assert result.density_low_pct <= result.density_pct <= result.density_high_pct
    filled = np.zeros(pixels.shape[:2], np.uint8)
    for region in result.regions:
        cv2.drawContours(filled, [region.polygon_px], -1, (1,), -1)
    assert 100 * filled.mean() == pytest.approx(result.density_pct)


def test_frames_seen_before_change_nothing() -> None:
    frames = [Frame(tissue(seed), thumbnail(tissue(seed + 1)), seed) for seed in range(3)]
    first, second = make_analyser(AnalyserSettings()), make_analyser(AnalyserSettings())
    forwards = [first.analyse(frame) for frame in frames]
    backwards = [second.analyse(frame) for frame in reversed(frames)][::-1]
    for one, other in zip(forwards, backwards, strict=True):
        assert one.density_pct == other.density_pct
        assert (one.density_low_pct, one.density_high_pct) == (other.density_low_pct, other.density_high_pct)
        assert one.quality == other.quality
        assert [region.score for region in one.regions] == [region.score for region in other.regions]


def test_pixels_are_left_alone() -> None:
    pixels = tissue()
    before = pixels.copy()
    pixels.flags.writeable = False
    make_analyser(AnalyserSettings()).analyse(Frame(pixels))
    assert (pixels == before).all()


def test_the_threshold_moves_the_verdicts() -> None:
    pixels = tissue()
    few = make_analyser(AnalyserSettings(threshold=0.9999)).analyse(Frame(pixels))
    many = make_analyser(AnalyserSettings(threshold=0.01)).analyse(Frame(pixels))
    assert len(few.regions) < len(many.regions)
    assert few.density_pct < many.density_pct


@pytest.mark.parametrize(("height", "width"), [(64, 64), (480, 640), (721, 1283)])
def test_other_sizes_are_analysed(height: int, width: int) -> None:
    result = make_analyser(AnalyserSettings()).analyse(Frame(tissue(1, height, width)))
    assert 0 <= result.density_pct <= 100
    for region in result.regions:
        left, top, wide, high = region.bbox_xywh_px
        assert left >= 0
        assert top >= 0
        assert left + wide <= width + 1
        assert top + high <= height + 1


@pytest.mark.parametrize("brightness", [0, 128, 255])
def test_an_empty_frame_has_no_capillaries(brightness: int) -> None:
    result = make_analyser(AnalyserSettings()).analyse(Frame(np.full((270, 480, 3), brightness, np.uint8)))
    assert (result.density_pct, len(result.regions)) == (0.0, 0)
    assert result.quality.verdict != "good"


@pytest.mark.real
def test_labelled_frames_are_read_as_the_readers_read_them(labelled_frames: Path) -> None:
    from workers.training.data.labels import read_labels
    from workers.training.evaluation.evaluate import frame_result
    from workers.training.evaluation.score import totals

    labels = read_labels(labelled_frames)
    chosen = [
        frame_result(make_analyser(AnalyserSettings()), labelled_frames, labels[n]) for n in ("f01", "f11", "f19")
    ]
    assert totals([result.score for result in chosen]).f1 > 0.9


def test_the_figures_of_the_card_hold_for_the_settings_that_they_were_measured_with() -> None:
    model = card_of("default")
    assert transfer_of(make_analyser(AnalyserSettings())) == transfer_sentence(model.figures)
    assert transfer_of(make_analyser(AnalyserSettings(threshold=0.9))) == transfer_sentence(None)


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (3, 5), (7, 64), (65, 129), (15, 1000)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_frame_of_any_size_has_a_result(shape: tuple[int, int], level: int) -> None:
    noise = np.random.default_rng(1).integers(0, 9, (*shape, 3))
    result = make_analyser(AnalyserSettings()).analyse(Frame(np.clip(level + noise, 0, 255).astype(np.uint8)))
    assert 0 <= result.density_pct <= 100
    assert result.quality.verdict != "good"
