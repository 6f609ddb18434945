"""Pictures that show why: every proposal is in them, in the colour of its verdict."""

import cv2
import numpy as np
import pytest

from stream.protocol.contracts import PictureObject, Pixels, Region
from workers.capillary.analyser import SHIPPED
from workers.capillary.explain import (
    MARGIN,
    Heat,
    RegionVerdict,
    annotated,
    contact_sheet,
    enlarged,
    grade,
    judged,
    overlaid,
)
from workers.runtimes.card import read_card

VIEW = read_card(SHIPPED).input
THRESHOLD = 0.5
GREEN, AMBER, GREY = (90, 220, 80), (0, 176, 255), (170, 170, 170)


def region(score: float, left: int = 100, top: int = 100, side: int = 40) -> Region:
    right, bottom = left + side, top + side
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32)
    return Region(corners, score, float(side * side))


def skin(height: int = 270, width: int = 480) -> Pixels:
    return np.full((height, width, 3), (120, 125, 140), np.uint8)


def verdicts(*scores: float) -> list[RegionVerdict]:
    regions = [region(score, left=20 + 60 * place) for place, score in enumerate(scores)]
    return judged(regions, np.zeros((len(scores), 8, 8), np.float32), THRESHOLD)


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (0.99, "accepted"),
        (THRESHOLD + MARGIN, "accepted"),
        (THRESHOLD + 0.1, "borderline"),
        (THRESHOLD, "borderline"),
        (THRESHOLD - 0.1, "borderline"),
        (0.01, "rejected"),
    ],
)
def test_scores_near_the_threshold_are_borderline(score: float, expected: str) -> None:
    assert grade(score, THRESHOLD) == expected


def test_numbers_follow_the_score_and_heat_stays_with_its_region() -> None:
    heats: Heat = np.arange(3, dtype=np.float32).reshape(3, 1, 1)
    found = judged([region(0.1), region(0.9), region(0.55)], heats, THRESHOLD)
    assert [(v.number, v.region.score, float(v.heat[0, 0]), v.capillary) for v in found] == [
        (1, 0.9, 1.0, True),
        (2, 0.55, 2.0, True),
        (3, 0.1, 0.0, False),
    ]


def test_outlines_have_the_colour_of_their_verdict() -> None:
    pixels = skin()
    picture = annotated(pixels, verdicts(0.9, 0.55, 0.1), [], THRESHOLD, "density 1.00 %")
    assert picture.shape == (310, 480, 3)
    for place, colour in enumerate((GREEN, AMBER, GREY)):
        assert picture[120, 20 + 60 * place] == pytest.approx(colour, abs=8)
    assert (pixels == skin()).all()


def test_what_counts_has_a_thicker_line() -> None:
    picture = annotated(skin(), verdicts(0.51, 0.49), [], THRESHOLD, "")
    across = [int((picture[120, left - 5 : left + 6] != (120, 125, 140)).any(axis=1).sum()) for left in (20, 80)]
    assert across[0] > across[1]


def test_what_is_not_tissue_is_hatched_and_named() -> None:
    hair = PictureObject("hair", region(0.0, left=200, top=100, side=60).polygon_px, 3600.0)
    picture = annotated(skin(), [], [hair], THRESHOLD, "")
    white = (picture == 255).all(axis=2)
    assert 0.2 < white[103:158, 203:258].mean() < 0.4, "lines, with the picture between them"
    assert not white[170:270].any()
    assert (picture[80:99, 200:240] != skin()[80:99, 200:240]).any(), "its name stands above it"


def test_the_sheet_grows_with_its_regions_and_says_when_it_leaves_some_out() -> None:
    few, many, more = (contact_sheet(skin(), verdicts(*[0.9] * n), VIEW, "title") for n in (1, 48, 60))
    assert few.shape[0] < many.shape[0] == more.shape[0]
    assert few.shape[1] == many.shape[1]
    assert (many[:84] == more[:84]).all()
    assert (many[84:124] != more[84:124]).any()


def test_a_frame_without_proposals_has_pictures_too() -> None:
    nothing = judged([], np.empty((0, 8, 8), np.float32), THRESHOLD)
    assert annotated(skin(), nothing, [], THRESHOLD, "").shape == (310, 480, 3)
    assert contact_sheet(skin(), nothing, VIEW, "").ndim == 3


def test_a_region_is_enlarged_where_its_outline_is() -> None:
    pixels = skin()
    cv2.rectangle(pixels, (100, 100), (140, 140), (60, 60, 60), -1)
    seen, outline = enlarged(pixels, region(0.9), VIEW)
    inside = np.zeros(seen.shape[:2], np.uint8)
    cv2.drawContours(inside, [outline], -1, (1,), -1)
    eroded, grown = (operation(inside, np.ones((5, 5), np.uint8)) for operation in (cv2.erode, cv2.dilate))
    assert seen[eroded > 0].max() < seen[grown == 0].min()


def test_regions_at_the_frames_edge_are_enlarged() -> None:
    for left, top in ((0, 0), (439, 229)):
        seen, _ = enlarged(skin(), region(0.9, left, top), VIEW)
        assert seen.std(axis=(0, 1)).max() < 1


def test_red_speaks_for_and_blue_against() -> None:
    grey = np.full((64, 64, 3), 128, np.uint8)
    heat: Heat = np.array([[1, -1]], np.float32).repeat(2, axis=0)
    warm = overlaid(grey, heat)
    assert warm[32, 4, 0] > 150 > warm[32, 4, 2]
    assert warm[32, 60, 2] > 150 > warm[32, 60, 0]
    assert (overlaid(grey, np.zeros((8, 8), np.float32)) == grey).all()
