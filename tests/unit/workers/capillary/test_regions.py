"""Proposed regions: what is found, and that areas are those of the outlines."""

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from stream.pixels.colours import Colours
from workers.capillary.background import flat_field
from workers.capillary.regions import MIN_DEPTH, MIN_PIXELS, Candidates, outlines, propose


def tissue(spots: list[tuple[int, int]], colour: tuple[int, int, int]) -> np.ndarray:
    half = np.full((270, 480, 3), (128, 128, 130), np.uint8)
    for centre in spots:
        cv2.ellipse(half, centre, (10, 5), 30, 0, 360, colour, -1)
    return half


def proposed(picture: np.ndarray) -> Candidates:
    half = Colours.split(picture)
    return propose(flat_field(half, half.halved()))


def test_dark_reddish_spots_are_found_where_they_are() -> None:
    spots = [(60, 60), (200, 130), (400, 220)]
    found = proposed(tissue(spots, (105, 100, 118))).proposals
    centres = sorted((p.box[0] + p.box[2] // 2, p.box[1] + p.box[3] // 2) for p in found)
    assert len(centres) == len(spots)
    assert all(abs(a - x) <= 2 and abs(b - y) <= 2 for (a, b), (x, y) in zip(centres, spots, strict=True))


def test_dark_spots_that_are_not_reddish_are_left_out() -> None:
    assert proposed(tissue([(200, 130)], (100, 105, 98))).proposals == []


def test_patches_that_are_faint_beside_others_are_left_out() -> None:
    half = tissue([(60, 60), (200, 130)], (85, 80, 100))
    half[200:212, 390:410] = (123, 122, 127)
    assert len(proposed(half).proposals) == 2


def test_depth_follows_the_darkest_patches() -> None:
    faint = proposed(tissue([(60, 60), (200, 130)], (112, 110, 122))).depth
    strong = proposed(tissue([(60, 60), (200, 130)], (80, 75, 100))).depth
    assert MIN_DEPTH < faint < strong / 2


def test_plain_skin_has_no_regions() -> None:
    found = proposed(tissue([], (0, 0, 0)))
    assert (found.proposals, found.depth) == ([], MIN_DEPTH)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.uint8, (12, 16), elements=st.integers(0, 1)), st.integers(1, 4))
def test_area_is_the_pixels_inside_the_polygon(seed: np.ndarray, grow: int) -> None:
    mask = seed.repeat(grow * 2, axis=0).repeat(grow * 2, axis=1)
    for found in outlines(mask):
        filled = np.zeros((mask.shape[0] * 2, mask.shape[1] * 2), np.uint8)
        cv2.drawContours(filled, [found.polygon_px], -1, (1,), -1)
        assert found.area_px == filled.sum()
        assert found.area_px >= 4 * MIN_PIXELS


@settings(max_examples=30, deadline=None)
@given(hnp.arrays(np.uint8, (20, 30), elements=st.integers(0, 1)))
def test_regions_do_not_overlap(seed: np.ndarray) -> None:
    found = outlines(seed.repeat(3, axis=0).repeat(3, axis=1))
    union = np.zeros((120, 180), np.uint8)
    for region in found:
        cv2.drawContours(union, [region.polygon_px], -1, (1,), -1)
    assert union.sum() == sum(region.area_px for region in found)
