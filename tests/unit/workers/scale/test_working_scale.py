"""Frames of another known scale are analysed at the model's; of an unknown scale nothing is assumed."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.protocol.contracts import Analyser, Analysis, Frame, PictureObject, Pixels, Quality, Region
from workers.analysers import capillary
from workers.scale.working_scale import AtWorkingScale, resizing


class Seen:
    """An analyser that finds the whole picture, and remembers its size."""

    model_id = "seen-1"
    transfer = "a sentence"

    def __init__(self) -> None:
        self.shape = (0, 0)

    def analyse(self, frame: Frame) -> Analysis:
        height, width = self.shape = frame.pixels.shape[:2]
        corners = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.int32)
        area = float(width * height)
        thing = PictureObject("hair", corners, area)
        return Analysis(5, 4, 6, [Region(corners, 0.9, area)], Quality("good"), {"tissue": 100}, [thing])


def picture(width: int, height: int) -> Pixels:
    return np.zeros((height, width, 3), np.uint8)


def test_without_a_scale_and_near_the_models_own_frames_stay_as_they_are() -> None:
    for um_per_px in (None, 0.64, 0.8, 1.0):
        assert resizing(um_per_px, None, 1080, 1920) == (1, "")


def test_elsewhere_they_are_brought_to_it() -> None:
    assert resizing(1.6, None, 540, 960).factor == pytest.approx(2)
    assert resizing(0.4, None, 2160, 3840).factor == pytest.approx(0.5)
    assert resizing(1.0, 1.25, 1080, 1920).factor == pytest.approx(0.8), "whoever measured the model's scale means it"


@pytest.mark.parametrize(
    ("um_per_px", "height", "width", "why"),
    [
        (3.3, 540, 960, "pixels of 3.3 µm, 3.2 at most"),
        (0.05, 1080, 1920, "a field of 54 µm, 102 at least"),
        (2.0, 3072, 4096, "50 mm² at once, 20 at most"),
    ],
)
def test_what_cannot_be_measured_at_its_scale_is_unusable_and_says_why(
    um_per_px: float, height: int, width: int, why: str
) -> None:
    inner = Seen()
    found = AtWorkingScale(inner, None).analyse(Frame(picture(width, height), um_per_px=um_per_px))
    assert inner.shape == (height, width)
    assert (found.quality.verdict, found.quality.reasons) == ("unusable", (f"another magnification: {why}",))


@given(st.floats(0.01, 100), st.one_of(st.none(), st.floats(0.01, 100)), st.integers(16, 3072), st.integers(16, 4096))
def test_no_frame_becomes_too_small_or_too_large(um: float, model_um: float | None, height: int, width: int) -> None:
    factor, why = resizing(um, model_um, height, width)
    assert factor == 1 or not why
    assert factor == 1 or min(height, width) * factor >= 128 - 0.5
    assert factor == 1 or height * width * factor**2 <= 32_000_001


@given(st.sampled_from([(640, 480, 2.4), (960, 540, 1.6), (4096, 3072, 0.4), (333, 201, 3.1)]))
def test_what_is_found_is_in_pixels_of_the_frame(of: tuple[int, int, float]) -> None:
    width, height, um_per_px = of
    inner = Seen()
    found = AtWorkingScale(inner, None).analyse(Frame(picture(width, height), um_per_px=um_per_px))
    assert inner.shape != (height, width)
    for polygon in (found.regions[0].polygon_px, found.objects[0].polygon_px):
        assert polygon.min() == 0
        assert abs(polygon[2] - [width, height]).max() <= 4
        assert (polygon[2] < [width, height]).all()
    assert found.regions[0].area_px == pytest.approx(width * height)
    assert found.objects[0].area_px == pytest.approx(width * height)
    assert (found.density_pct, found.measures) == (5, {"tissue": 100})


def test_what_else_an_analyser_says_goes_through() -> None:
    analyser = AtWorkingScale(Seen(), None)
    assert (analyser.model_id, getattr(analyser, "transfer", "")) == ("seen-1", "a sentence")


@pytest.fixture(scope="module")
def analyser() -> Analyser:
    return capillary({})


@pytest.mark.parametrize("frame", ["f01.png", "f17.jpg"])
@pytest.mark.parametrize(("width", "height"), [(640, 360), (960, 540), (4096, 2304)])
def test_at_another_resolution_with_its_scale_the_density_is_about_the_same(
    labelled_frames: Path, analyser: Analyser, frame: str, width: int, height: int
) -> None:
    whole = cv2.imread(str(labelled_frames / "frames" / frame))
    assert whole is not None
    method = cv2.INTER_AREA if width < whole.shape[1] else cv2.INTER_CUBIC
    other = cv2.resize(whole, (width, height), interpolation=method).astype(np.uint8)
    density = analyser.analyse(Frame(whole.astype(np.uint8), um_per_px=0.8)).density_pct
    assert density == analyser.analyse(Frame(whole.astype(np.uint8))).density_pct
    found = analyser.analyse(Frame(other, um_per_px=0.8 * whole.shape[1] / width))
    assert found.density_pct == pytest.approx(density, rel=0.07)
    assert max(region.polygon_px[:, 0].max() for region in found.regions) < width
