"""Variations keep shape and outlines, do what they say, and nothing at strength 0."""

import msgspec
import numpy as np
import pytest

from workers.capillary.background import PLAIN_SKIN
from workers.capillary.crops import Poses
from workers.training.data.augment import Strength, seeded, varied, varied_poses

NONE = Strength(**dict.fromkeys(Strength.__struct_fields__, 0.0))


@pytest.fixture
def crops() -> np.ndarray:
    crops = np.full((8, 32, 32, 4), PLAIN_SKIN, np.uint8)
    crops[..., 3] = 0
    crops[:, 8:24, 12:20, :3] = (110, 90, 130)
    crops[:, 8:24, 12:20, 3] = 255
    return crops


def test_no_strength_changes_nothing(crops: np.ndarray) -> None:
    assert np.array_equal(varied(crops, seeded(1, []), NONE), crops)
    poses = Poses(*np.array([[50, 51], [40, 41], [60, 61], [0.3, 0.4], [-1, 1], [1, -1]], np.float64))
    assert np.array_equal(varied_poses(poses, seeded(1, []), NONE), poses)


@pytest.mark.parametrize("name", ["contrast", "tint", "cast", "brightness", "grain", "blur", "compressed"])
def test_light_leaves_the_outlines_alone(crops: np.ndarray, name: str) -> None:
    strength = msgspec.structs.replace(NONE, **{name: 1.0})
    changed = varied(crops, seeded(1, []), strength)
    assert changed.shape == crops.shape
    assert changed.dtype == np.uint8
    assert np.array_equal(changed[..., 3], crops[..., 3])
    assert (changed[..., :3] != crops[..., :3]).any()
    assert np.array_equal(changed, varied(crops, seeded(1, []), strength))


def test_bending_moves_colour_and_outlines_together(crops: np.ndarray) -> None:
    bent = varied(crops, seeded(1, []), msgspec.structs.replace(NONE, bend=1.5))
    assert (bent[..., 3] != crops[..., 3]).any()
    inside, outside = bent[..., 3] == 255, bent[..., 3] == 0
    assert np.abs(bent[inside][:, 1].astype(int) - 90).max() <= 1
    assert np.abs(bent[outside][:, 1].astype(int) - PLAIN_SKIN).max() <= 1


def test_each_crop_varies_its_own_way(crops: np.ndarray) -> None:
    changed = varied(crops, seeded(1, []), Strength())
    assert len({crop.tobytes() for crop in changed}) == len(crops)
