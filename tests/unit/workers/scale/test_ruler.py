"""A ruler is found however it lies, its finest marks are measured, and nothing else is taken for one."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.doubles.frames.rulers import DrawnRuler
from workers.scale.ruler import find_ruler

RULERS = {
    "aslant, with numbers, in uneven light": DrawnRuler(spacing_px=14, degrees=47, numbers=True, light=0.6, blur_px=1),
    "upright, few marks": DrawnRuler(spacing_px=35, degrees=91.3, blur_px=2),
    "fine marks": DrawnRuler(spacing_px=9.3, degrees=13.4),
    "light marks": DrawnRuler(spacing_px=20, degrees=-30, ink=245),
    "out of focus": DrawnRuler(spacing_px=30, degrees=160, blur_px=6),
}


@pytest.mark.parametrize("drawn", RULERS.values(), ids=RULERS)
def test_the_distance_of_the_finest_marks_is_found_within_its_uncertainty(drawn: DrawnRuler) -> None:
    found = find_ruler(drawn.on())
    assert found is not None
    assert found.error <= 0.005
    assert found.spacing_px == pytest.approx(drawn.spacing_px, rel=found.error)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_ruler_is_found_in_any_position(seed: int) -> None:
    random = np.random.default_rng(seed)
    drawn = DrawnRuler(
        spacing_px=float(random.uniform(7, 40)),
        degrees=float(random.uniform(0, 180)),
        numbers=bool(random.integers(2)),
        blur_px=float(random.uniform(0, 1.5)),
        light=float(random.uniform(0, 0.8)),
    )
    found = find_ruler(drawn.on(seed=seed))
    assert found is not None, drawn
    assert found.spacing_px == pytest.approx(drawn.spacing_px, rel=0.003), drawn


def test_a_ruler_seen_aslant_has_a_wider_uncertainty() -> None:
    drawn = DrawnRuler(spacing_px=16, degrees=10, tilt=0.05)
    found = find_ruler(drawn.on())
    assert found is not None
    assert found.error > 0.01
    assert found.spacing_px == pytest.approx(drawn.spacing_px, rel=found.error)


def test_the_marks_lie_on_the_ruler() -> None:
    drawn = DrawnRuler(spacing_px=25, degrees=30)
    found = find_ruler(drawn.on())
    assert found is not None
    first, last = found.marks_px[0], found.marks_px[-1]
    assert np.hypot(*(last - first)) == pytest.approx(25 * (len(found.marks_px) - 1), rel=0.01)
    assert abs(np.degrees(np.arctan2(*(last - first)[::-1])) % 180) == pytest.approx(30, abs=2)


def test_marks_at_uneven_distances_are_no_ruler() -> None:
    picture = np.full((300, 400, 3), 170, np.uint8)
    at = 20.0
    random = np.random.default_rng(1)
    while at < 380:
        cv2.line(picture, (round(at), 130), (round(at), 170), (20, 20, 20), 2)
        at += random.uniform(8, 30)
    assert find_ruler(picture) is None


@pytest.mark.parametrize("size", [(240, 320), (20, 20), (1, 1)])
def test_a_picture_without_anything_has_no_ruler(size: tuple[int, int]) -> None:
    assert find_ruler(np.full((*size, 3), 128, np.uint8)) is None


def test_noise_has_no_ruler() -> None:
    assert find_ruler(np.random.default_rng(0).integers(0, 256, (240, 320, 3)).astype(np.uint8)) is None


@pytest.mark.slow
def test_no_labelled_frame_of_skin_is_taken_for_a_ruler(labelled_frames: Path) -> None:
    for path in sorted((labelled_frames / "frames").iterdir())[::2]:  # half of them, for the time that it takes
        pixels = cv2.imread(str(path))
        assert pixels is not None
        assert find_ruler(pixels.astype(np.uint8, copy=False)) is None, path.name
