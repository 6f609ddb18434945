"""The published analysis: what it finds, and the contract of analysers."""

import cv2
import numpy as np
import pytest

from capture.sources.synthetic import open_synthetic
from stream.config.plugins import find
from stream.errors import ConfigError
from stream.protocol.contracts import Analyser, Frame, Pixels
from tests.contracts.analyser_contract import AnalyserContract
from workers.helmy2022.analyser import Helmy2022Analyser, without_overlaps
from workers.helmy2022.regions import CROP_PX, area_px, crops, propose


def synthetic_frame() -> Pixels:
    source = open_synthetic(seed=3, episodes="steady")
    pixels = np.empty((source.height, source.width, 3), np.uint8)
    source.grab()
    source.retrieve(pixels)
    return pixels


class Sure:
    """A network that calls everything a capillary."""

    def predict(self, seen: np.ndarray, verbose: int) -> np.ndarray:
        assert seen.shape[1:] == (CROP_PX, CROP_PX, 3)
        assert verbose == 0
        return np.tile([0.1, 0.9], (len(seen), 1))


def tissue(spots: list[tuple[int, int]]) -> Pixels:
    pixels = np.full((540, 960, 3), (150, 150, 160), np.uint8)
    noise = np.random.default_rng(1).normal(0, 2, pixels.shape)
    for centre in spots:
        cv2.ellipse(pixels, centre, (26, 10), 30, 0, 360, (95, 90, 120), -1)
    return np.clip(cv2.GaussianBlur(pixels, (0, 0), 2) + noise, 0, 255).astype(np.uint8)


def test_dark_spots_are_proposed_where_they_are() -> None:
    spots = [(150, 120), (500, 300), (800, 430)]
    found = propose(tissue(spots))
    for x, y in spots:
        assert any(cv2.pointPolygonTest(outline, (x, y), False) >= 0 for outline in found)


def test_crops_show_the_region_with_its_surroundings_also_at_the_border() -> None:
    outlines = [np.array([[0, 0], [20, 0], [20, 10], [0, 10]], np.int32)]
    assert crops(tissue([]), outlines).shape == (1, CROP_PX, CROP_PX, 3)


def test_an_area_counts_the_border() -> None:
    assert area_px(np.array([[0, 0], [1, 0], [2, 0], [2, 1], [2, 2], [1, 2], [0, 2], [0, 1]], np.int32)) == 9


def test_of_overlapping_boxes_the_likelier_stays() -> None:
    square = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], np.int32)
    probabilities = np.array([0.7, 0.9, 0.8, 0.3])
    assert without_overlaps([square, square + 2, square + 50, square + 90], probabilities).tolist() == [
        False,
        True,
        True,
        False,
    ]


def test_density_is_capillary_pixels_over_all_pixels() -> None:
    analysis = Helmy2022Analyser(Sure(), "sure").analyse(Frame(tissue([(500, 300)])))
    area = sum(region.area_px for region in analysis.regions)
    assert analysis.density_pct == pytest.approx(100 * area / (540 * 960))


def test_it_has_no_settings() -> None:
    with pytest.raises(ConfigError, match="has no settings, so no 'threshold'"):
        find("analysers", "helmy2022")({"threshold": 0.5})


@pytest.mark.slow
class TestContract(AnalyserContract):
    def make(self) -> Analyser:
        made: Analyser = find("analysers", "helmy2022")({})
        return made

    def picture(self) -> Pixels:
        return synthetic_frame()
