"""Random textures: clouds and bent streaks. Knows arrays only."""

from math import cos, sin

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]


def clouds(rng: np.random.Generator, shape: tuple[int, int], scale_px: float) -> Plane:
    """Make smooth noise of mean 0 and deviation 1 whose patches are about `scale_px` wide."""
    step = max(scale_px / 4.0, 1.0)
    coarse = rng.standard_normal((int(shape[0] / step) + 8, int(shape[1] / step) + 8)).astype(np.float32)
    plane = cv2.resize(cv2.GaussianBlur(coarse, (0, 0), 2.0), (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray((plane - plane.mean()) / plane.std(), np.float32)


def streaks(rng: np.random.Generator, shape: tuple[int, int], angle: float, long_px: float, wide_px: float) -> Plane:
    """Make noise drawn out along `angle` and bent by larger swirls, deviation 1: the skin's lines."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    x += 45.0 * clouds(rng, shape, 320.0) + 9.0 * clouds(rng, shape, 50.0)
    y += 45.0 * clouds(rng, shape, 320.0) + 9.0 * clouds(rng, shape, 50.0)
    along, across = x * cos(angle) + y * sin(angle), y * cos(angle) - x * sin(angle)
    noise = np.pad(rng.standard_normal((256, 256)).astype(np.float32), 8, mode="wrap")
    noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.2)[8:-8, 8:-8], np.float32)
    u, v = (along / long_px * 3.0) % 256, (across / wide_px * 3.0) % 256
    plane = cv2.remap(noise, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    plane = plane * np.clip(0.7 + 0.7 * clouds(rng, shape, 180.0), 0.0, 2.0)
    return np.asarray(plane / plane.std(), np.float32)
