"""Disturbed copies: repeatable, of any size, and a mask that says exactly what is hidden."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.training.data.augment import seeded
from workers.training.data.disturbances import light
from workers.training.data.disturbances.bubbles import Bubble
from workers.training.data.disturbances.markings import Aperture, Bars, Ruler, Stamp
from workers.training.data.disturbances.mix import Drawable, disturbed
from workers.training.data.disturbances.skin import Furrow, Stain
from workers.training.data.disturbances.spots import Glare, Specks
from workers.training.data.disturbances.threads import Fibre, Hair

SKIN = np.full((270, 480, 3), (120, 125, 130), np.uint8)
SMALL = np.full((108, 192, 3), (120, 125, 130), np.uint8)

COVERING: dict[str, Drawable] = {
    "dark hair": Hair(width_px=20, darkness=0.6, shine=20.0),
    "brown hair": Hair(width_px=40, darkness=0.2, red=0.6, clear=0.5),
    "short hair": Hair(width_px=20, darkness=0.6, length_px=400),
    "bright fibre": Fibre(width_px=12, length_px=900, colour=(240, 240, 240), opacity=0.8),
    "specks": Specks(count=20, darkness=0.6),
    "glare": Glare(count=3),
    "ruler": Ruler(),
    "stamp": Stamp(),
    "aperture": Aperture(),
    "bars": Bars(),
    "bars above and below": Bars(upright=False),
}


def test_the_same_seed_and_frame_give_the_same_copy() -> None:
    once, again = disturbed(SKIN, 3, "f01"), disturbed(SKIN, 3, "f01")
    assert np.array_equal(once[0], again[0])
    assert np.array_equal(once[1], again[1])
    assert not np.array_equal(once[0], disturbed(SKIN, 4, "f01")[0])
    assert not np.array_equal(once[0], disturbed(SKIN, 3, "f02")[0])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), height=st.integers(40, 130), width=st.integers(40, 130))
def test_frames_of_any_size_stay_frames_of_that_size(seed: int, height: int, width: int) -> None:
    pixels = np.full((height, width, 3), 128, np.uint8)
    copy, hidden = disturbed(pixels, seed, "x")
    assert copy.shape == pixels.shape
    assert copy.dtype == np.uint8
    assert hidden.shape == pixels.shape[:2]
    assert hidden.dtype == np.uint8
    assert set(np.unique(hidden)) <= {0, 1}
    assert (pixels == 128).all(), "the frame itself is left alone"


def test_the_random_mix_hides_little_of_most_frames() -> None:
    shares = [disturbed(SMALL, seed, "x")[1].mean() for seed in range(60)]
    assert np.median(shares) < 0.15
    assert max(shares) > 0.0


@pytest.mark.parametrize("drawable", COVERING.values(), ids=COVERING)
def test_an_object_changes_what_it_hides_and_nothing_far_from_it(drawable: Drawable) -> None:
    canvas = SKIN.astype(np.float32)
    hidden = drawable.draw(canvas, seeded(5, [1]))
    change = np.abs(canvas - SKIN).max(axis=2)
    assert change[hidden > 0].max() > 10
    if not isinstance(drawable, Aperture | Bars | Ruler | Stamp):
        assert change[hidden > 0].mean() > 5
    assert change[hidden == 0].max(initial=0.0) < 45, "only the faint edge lies outside"
    assert 0 < hidden.mean() < 0.8


@pytest.mark.parametrize("waves", [0.0, 0.1])
def test_a_bubble_hides_what_it_encloses_but_its_rim_alone_is_seen(waves: float) -> None:
    canvas = SKIN.astype(np.float32)
    hidden = Bubble(radius_px=300, waves=waves, one_sided=0.5, glints=2).draw(canvas, seeded(5, [1]))
    changed = np.abs(canvas - SKIN).max(axis=2) > 3
    assert changed.any()
    assert changed[hidden > 0].mean() < 0.6
    assert hidden.sum() > changed.sum()


@pytest.mark.parametrize("kind", [Furrow, Stain])
def test_furrows_and_stains_hide_nothing(kind: type[Furrow | Stain]) -> None:
    canvas = SKIN.astype(np.float32)
    assert not kind.at_random(seeded(1, [1])).draw(canvas, seeded(7, [1])).any()
    assert (canvas < SKIN).any()


def test_lengths_grow_with_the_frame() -> None:
    hair = Hair(width_px=30, darkness=0.6)
    shares = [
        hair.draw(np.full((height, 16 * height // 9, 3), 128, np.float32), seeded(5, [1])).mean()
        for height in (540, 1080)
    ]
    assert shares == pytest.approx([shares[0]] * 2, rel=0.1)


def test_halved_contrast_halves_the_difference_to_the_surroundings() -> None:
    canvas = SKIN.astype(np.float32)
    canvas[130:134, 200:204] -= 40
    faint = light.contrast(canvas, 0.5)
    assert (faint[10, 10] - faint[131, 201]).mean() == pytest.approx(20, abs=1.5)
    assert np.allclose(light.contrast(canvas, 1.0), canvas, atol=1e-3)


def test_gamma_keeps_black_and_white() -> None:
    ends = np.stack([np.zeros((4, 4, 3), np.float32), np.full((4, 4, 3), 255, np.float32)]).reshape(8, 4, 3)
    assert np.allclose(light.gamma(ends, 0.8), ends)
    assert (light.gamma(SKIN.astype(np.float32), 0.8) > SKIN).all()


def test_chroma_blocks_keep_the_brightness() -> None:
    noisy = np.random.default_rng(1).uniform(60, 190, (64, 64, 3)).astype(np.float32)
    blocks = light.chroma_blocks(noisy, 8)
    weights = np.array([0.114, 0.587, 0.299])
    assert np.allclose(blocks @ weights, noisy @ weights, atol=0.5)
    assert np.abs(blocks - noisy).max() > 10
