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
    for um_per_px in (None, 0.64, 1.0, 1.27, 1.68):
        assert resizing(um_per_px, None, 1080, 1920) == 1


def test_pixels_that_are_too_wide_to_show_a_capillary_are_not_enlarged() -> None:
    assert resizing(12.7, None, 540, 960) == 1


def test_far_from_it_they_are_brought_to_it() -> None:
    assert resizing(2.54, None, 540, 960) == pytest.approx(2)
    assert resizing(0.508, None, 1080, 1920) == pytest.approx(0.4)
    assert resizing(1.0, 1.25, 1080, 1920) == pytest.approx(0.8), "whoever measured the model's scale means it"


@given(st.floats(0.01, 100), st.one_of(st.none(), st.floats(0.01, 100)), st.integers(16, 3072), st.integers(16, 4096))
def test_no_frame_becomes_too_small_or_too_large(um: float, model_um: float | None, height: int, width: int) -> None:
    factor = resizing(um, model_um, height, width)
    assert factor > 0
    assert min(height, width) * factor >= min(64, height, width) - 0.5
    assert height * width * factor**2 <= max(4096 * 3072, height * width) * 1.001


@given(st.sampled_from([(640, 480, 2.54), (960, 540, 2.54), (4096, 3072, 0.4), (333, 201, 3.1)]))
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
def test_at_half_the_resolution_with_pixels_twice_as_wide_the_density_is_about_the_same(
    labelled_frames: Path, analyser: Analyser, frame: str
) -> None:
    whole = cv2.imread(str(labelled_frames / "frames" / frame))
    assert whole is not None
    half = cv2.resize(whole, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    density = analyser.analyse(Frame(whole.astype(np.uint8), um_per_px=1.27)).density_pct
    assert density == analyser.analyse(Frame(whole.astype(np.uint8))).density_pct
    at_half = analyser.analyse(Frame(half.astype(np.uint8), um_per_px=2.54))
    assert at_half.density_pct == pytest.approx(density, rel=0.05)
    assert max(region.polygon_px.max() for region in at_half.regions) < 960
