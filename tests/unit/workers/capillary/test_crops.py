"""Crops: the right place, the right size, the border repeated."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.capillary.background import CONTRAST, PLAIN_SKIN, Flat
from workers.capillary.crops import CHANNELS, USUAL_DEPTH, Poses, cut, evened, picture, placements, poses
from workers.capillary.regions import Candidates, outlines


def patch() -> Candidates:
    mask = np.zeros((40, 60), np.uint8)
    mask[10:20, 10:20] = 255
    return Candidates(mask, np.zeros_like(mask), USUAL_DEPTH, outlines(mask))


def test_the_picture_keeps_plain_skin_and_shows_the_outlines() -> None:
    found = patch()
    plain = np.full((40, 60), PLAIN_SKIN, np.uint8)
    made = evened(picture(Flat(plain, plain, plain), found), 0.3)
    assert made.shape == (40, 60, CHANNELS)
    assert (made[..., :3] == PLAIN_SKIN).all()
    assert (made[..., 3] == found.mask).all()


def test_half_of_the_difference_in_depth_between_frames_is_evened_out() -> None:
    contrasts = []
    for depth in (0.09, 0.18):
        dark = np.full((40, 60, 4), PLAIN_SKIN - round(CONTRAST * depth), np.uint8)
        contrasts.append(PLAIN_SKIN - int(evened(dark, depth)[15, 15, 1]))
    assert contrasts[1] / contrasts[0] == pytest.approx(np.sqrt(2), rel=0.05)


def test_a_crop_is_centred_and_has_context() -> None:
    mask = np.zeros((100, 100), np.uint8)
    mask[30:51, 40:71] = 1
    narrow, wide = poses(outlines(mask), 2.0, 10), poses(outlines(mask), 2.0, 90)
    assert (*narrow.x, *narrow.y, *narrow.side) == pytest.approx((55.0, 40.0, 62.0))
    assert (*wide.x, *wide.y, *wide.side) == pytest.approx((55.0, 40.0, 90.0))


@given(
    turns=st.integers(0, 3),
    mirrored=st.booleans(),
    x=st.integers(30, 60),
    y=st.integers(30, 60),
    seed=st.integers(0, 9),
)
def test_the_crop_of_a_patch_is_the_same_if_the_picture_is_turned_or_mirrored(
    turns: int, mirrored: bool, x: int, y: int, seed: int
) -> None:
    comma = cv2.ellipse(np.zeros((100, 100), np.uint8), (x, y), (6, 5), 0, 0, 360, (1,), -1)
    comma = cv2.polylines(comma, [np.array([(x, y), (x + 12, y + 2), (x + 20, y + 10)])], False, (1,), 3)
    noise = np.random.default_rng(seed).integers(0, 255, (100, 100, 4)).astype(np.uint8)
    source = cv2.GaussianBlur(noise, (0, 0), 3)

    def crop(mask: np.ndarray, source: np.ndarray) -> np.ndarray:
        (seen,) = cut(
            np.ascontiguousarray(source), placements(poses(outlines(np.ascontiguousarray(mask)), 1.7, 28), 32), 32
        )
        return np.asarray(seen, int)

    def moved(picture: np.ndarray) -> np.ndarray:
        return np.rot90(picture[:, ::-1] if mirrored else picture, turns)

    assert np.abs(crop(comma, source) - crop(moved(comma), moved(source))).max() <= 6  # places are rounded to 1/32 px


def upright(x: float, y: float, side: float) -> Poses:
    return Poses(*(np.array([one]) for one in (x, y, side, 0.0, 1.0, 1.0)))


def test_a_crop_at_scale_one_is_the_picture() -> None:
    source = np.random.default_rng(1).integers(0, 255, (50, 60, 4)).astype(np.uint8)
    (crop,) = cut(source, placements(upright(24.5, 19.5, 16.0), 16), 16)
    assert (crop == source[12:28, 17:33]).all()


def test_beyond_the_border_the_picture_is_repeated() -> None:
    source = np.zeros((50, 60, 4), np.uint8)
    source[:, 0] = 200
    (crop,) = cut(source, placements(upright(0.0, 25.0, 16.0), 16), 16)
    assert (crop[:, :7] == 200).all()


def test_no_regions_give_no_crops() -> None:
    assert cut(np.zeros((50, 60, 4), np.uint8), placements(poses([], 1.7, 28), 16), 16).shape == (0, 16, 16, 4)
