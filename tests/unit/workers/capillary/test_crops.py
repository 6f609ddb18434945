"""Crops: the right place, the right size, the border repeated."""

from dataclasses import replace

import numpy as np
import pytest

from workers.capillary.background import CONTRAST, PLAIN_SKIN
from workers.capillary.crops import CHANNELS, USUAL_DEPTH, cut, picture, placement, square
from workers.capillary.regions import Candidates, outlines


def patch() -> Candidates:
    mask = np.zeros((40, 60), np.uint8)
    mask[10:20, 10:20] = 1
    return Candidates(mask, np.zeros_like(mask), USUAL_DEPTH, outlines(mask))


def test_the_picture_keeps_plain_skin_and_shows_the_outlines() -> None:
    found = patch()
    made = picture(np.full((40, 60, 3), PLAIN_SKIN, np.uint8), found)
    assert made.shape == (40, 60, CHANNELS)
    assert (made[..., :3] == PLAIN_SKIN).all()
    assert (made[..., 3] == found.mask * 255).all()


def test_half_of_the_difference_in_depth_between_frames_is_evened_out() -> None:
    contrasts = []
    for depth in (0.09, 0.18):
        flat = np.full((40, 60, 3), PLAIN_SKIN - round(CONTRAST * depth), np.uint8)
        contrasts.append(PLAIN_SKIN - int(picture(flat, replace(patch(), depth=depth))[15, 15, 1]))
    assert contrasts[1] / contrasts[0] == pytest.approx(np.sqrt(2), rel=0.05)


def test_a_square_is_centred_and_has_context() -> None:
    mask = np.zeros((100, 100), np.uint8)
    mask[30:51, 40:71] = 1
    (found,) = outlines(mask)
    assert square(found, 2.0, 10) == pytest.approx((55.0, 40.0, 62.0))
    assert square(found, 2.0, 90) == pytest.approx((55.0, 40.0, 90.0))


def test_a_crop_at_scale_one_is_the_picture() -> None:
    source = np.random.default_rng(1).integers(0, 255, (50, 60, 4)).astype(np.uint8)
    (crop,) = cut(source, [placement((24.5, 19.5, 16.0), 16)], 16)
    assert (crop == source[12:28, 17:33]).all()


def test_beyond_the_border_the_picture_is_repeated() -> None:
    source = np.zeros((50, 60, 4), np.uint8)
    source[:, 0] = 200
    (crop,) = cut(source, [placement((0.0, 25.0, 16.0), 16)], 16)
    assert (crop[:, :7] == 200).all()


def test_no_regions_give_no_crops() -> None:
    assert cut(np.zeros((50, 60, 4), np.uint8), [], 16).shape == (0, 16, 16, 4)
