"""The flat field takes away what is uneven about the light, and nothing else."""

import numpy as np
import pytest

from stream.pixels.colours import Colours
from stream.pixels.conversion import halved
from workers.capillary.background import PLAIN_SKIN, background, darkness, flat_field


def flattened(half: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """Return the flat field, (height, width, 3), of a picture at half resolution; mask: at a quarter."""
    colours = Colours.split(half)
    return flat_field(colours, colours.halved(), mask).mixed()


def test_plain_skin_stays_plain_under_uneven_light() -> None:
    light = np.linspace(60, 200, 320)[np.newaxis, :, np.newaxis] * np.ones((200, 1, 3))
    flat = flattened(light.astype(np.uint8))
    assert np.abs(darkness(flat[:, 60:-60])).max() < 0.03


def test_light_that_falls_off_towards_the_border_is_no_darkness() -> None:
    light = np.linspace(120, 60, 320)[np.newaxis, :, np.newaxis] * np.ones((200, 1, 3))
    assert np.abs(darkness(flattened(light.astype(np.uint8))[:, -5:])).max() < 0.03


def test_a_dark_spot_stays_dark_at_any_brightness() -> None:
    depths = []
    for brightness in (60, 180):
        half = np.full((200, 320, 3), brightness, np.uint8)
        half[95:105, 155:165] = int(brightness * 0.8)
        depths.append(float(darkness(flattened(half)[100, 160, 1])))
    assert depths[0] == pytest.approx(depths[1], abs=0.01)
    assert depths[0] > 0.15


@pytest.mark.parametrize(("height", "width"), [(1080, 1920), (1081, 1919), (64, 64), (65, 127)])
def test_halving_rounds_up(height: int, width: int) -> None:
    assert halved(np.zeros((height, width, 3), np.uint8)).shape == (-(-height // 2), -(-width // 2), 3)


def test_levels_and_darkness_are_each_others_inverse() -> None:
    assert float(darkness(np.uint8(PLAIN_SKIN))) == 0.0
    assert float(darkness(np.uint8(0))) > 0.4


def test_a_black_frame_gives_the_darkest_level() -> None:
    assert not flattened(np.zeros((100, 100, 3), np.uint8)).any()


def test_a_mask_of_nothing_changes_nothing() -> None:
    half = np.random.default_rng(0).integers(60, 200, (200, 320, 3), np.uint8)
    nothing, quarter = np.zeros((100, 160), np.uint8), Colours.split(halved(half))
    assert (background(quarter, nothing) == background(quarter)).all()
    assert (flattened(half, nothing) == flattened(half)).all()


@pytest.mark.parametrize("level", [0, 40, 255])
def test_what_is_masked_is_plain_skin_and_changes_nothing_beside_it(level: int) -> None:
    light = np.linspace(120, 90, 480)[np.newaxis, :, np.newaxis] * np.ones((270, 1, 3))
    half = np.round(light).astype(np.uint8)
    mask = np.zeros((135, 240), np.uint8)
    mask[:, 100:110] = 1
    crossed = half.copy()
    crossed[:, 200:220] = level
    flat = flattened(crossed, mask)
    assert (flat[:, 200:220] == PLAIN_SKIN).all()
    assert np.abs(darkness(flat)).max() < 0.02
    assert (flat == flattened(half, mask)).all()


def test_a_wide_black_border_leaves_the_rest_as_it_is() -> None:
    half = np.full((270, 480, 3), 120, np.uint8)
    mask = np.ones((135, 240), np.uint8)
    mask[30:105, 75:165] = 0
    half[mask.repeat(2, axis=0).repeat(2, axis=1) > 0] = 0
    assert np.abs(darkness(flattened(half, mask))).max() < 0.01


def test_a_frame_without_any_tissue_is_plain() -> None:
    assert (flattened(np.zeros((100, 100, 3), np.uint8), np.ones((50, 50), np.uint8)) == PLAIN_SKIN).all()
