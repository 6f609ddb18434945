"""Skin with capillaries, and objects drawn into it, for tests of what is found."""

import cv2
import numpy as np

from stream.pixels.colours import Colours
from stream.pixels.conversion import halved
from stream.protocol.contracts import Pixels
from workers.capillary.objects import Objects, find_objects

HEIGHT, WIDTH = 1080, 1920


def skin(seed: int = 0) -> Pixels:
    """Return skin with capillaries as red as blood, (1080, 1920, 3) uint8 BGR."""
    random = np.random.default_rng(seed)
    pixels = np.full((HEIGHT, WIDTH, 3), (127, 128, 130), np.uint8)
    for _ in range(50):
        centre = (int(random.integers(30, WIDTH - 30)), int(random.integers(30, HEIGHT - 30)))
        axes = (int(random.integers(10, 24)), int(random.integers(6, 11)))
        cv2.ellipse(pixels, centre, axes, int(random.integers(0, 180)), 0, 360, (100, 85, 110), -1)
    noise = random.normal(0, 1.5, pixels.shape)
    return np.clip(np.round(cv2.GaussianBlur(pixels, (0, 0), 2.0) + noise), 0, 255).astype(np.uint8)


def blank() -> Pixels:
    """Return an empty mask of the frame."""
    return np.zeros((HEIGHT, WIDTH), np.uint8)


def shaded(pixels: Pixels, drawn: Pixels, factor: float, sigma: float = 1.0) -> Pixels:
    """Return the picture, `factor` times as bright inside a mask of 1 and 0 with soft edges."""
    soft = cv2.GaussianBlur(drawn.astype(np.float32), (0, 0), sigma)[..., np.newaxis]
    return np.clip(np.round(pixels * (1 + soft * (factor - 1))), 0, 255).astype(np.uint8)


def found_in(pixels: Pixels) -> Objects:
    """Find the objects of a whole frame."""
    return find_objects(Colours.split(halved(halved(pixels))))


def names(objects: Objects) -> list[str]:
    """Return the names of what was found, in order."""
    return sorted(thing.name for thing in objects.found)


def covered(objects: Objects) -> Pixels:
    """Return the mask of objects at the frame's own size."""
    return cv2.resize(objects.mask, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST).astype(np.uint8, copy=False)
