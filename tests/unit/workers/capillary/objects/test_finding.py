"""What is not tissue is found in one frame; tissue is left alone."""

import cv2
import numpy as np

from stream.protocol.contracts import Pixels
from workers.capillary.background import halved
from workers.capillary.objects import find_objects


def skin(seed: int = 0) -> Pixels:
    """Return plain skin with capillaries, (1080, 1920, 3) uint8."""
    random = np.random.default_rng(seed)
    pixels = np.full((1080, 1920, 3), (127, 128, 130), np.uint8)
    for _ in range(50):
        centre = (int(random.integers(30, 1890)), int(random.integers(30, 1050)))
        axes = (int(random.integers(10, 24)), int(random.integers(6, 11)))
        cv2.ellipse(pixels, centre, axes, int(random.integers(0, 180)), 0, 360, (100, 85, 110), -1)
    noise = random.normal(0, 1.5, pixels.shape)
    return np.clip(np.round(cv2.GaussianBlur(pixels, (0, 0), 2.0) + noise), 0, 255).astype(np.uint8)


def test_nothing_is_found_in_clean_skin() -> None:
    objects = find_objects(halved(skin()))
    assert not objects.found
    assert not objects.mask.any()


def test_a_hair_is_found_whole_and_named() -> None:
    pixels = skin()
    hair = np.zeros(pixels.shape[:2], np.uint8)
    cv2.line(hair, (300, -10), (1500, 1090), 1, 20)
    pixels[hair > 0] = pixels[hair > 0] // 2
    objects = find_objects(halved(pixels))
    assert [thing.name for thing in objects.found] == ["hair"]
    covered = cv2.resize(objects.mask, (1920, 1080), interpolation=cv2.INTER_NEAREST)
    assert covered[hair > 0].mean() > 0.99
    assert covered.mean() < 2 * hair.mean()
    assert objects.share("hair") > hair.mean()
    assert objects.share("bubble") == 0.0
