"""Skin without capillaries: colour, streaks, deep vessels, and what gets in the way (hairs, creases, a bubble).

Draws once, at half the frame's resolution; knows no frame and no time.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from capture.sources.synthetic_microscope.shapes import winding
from capture.sources.synthetic_microscope.texture import Plane, clouds, streaks

TONE: Final = np.array([127.5, 130.5, 129.5], np.float32)
"""The mean colour of pale skin under a white light-emitting diode, BGR, as hand-held microscopes balance it."""


def plexus(rng: np.random.Generator, shape: tuple[int, int]) -> Plane:
    """Draw veins of the deep plexus: wide, winding and far out of focus; 0 to 1."""
    plane = np.zeros(shape, np.float32)
    for _ in range(14):
        line = winding(rng).line * rng.uniform(4.0, 8.0) + rng.uniform((0, 0), shape[::-1])
        width = int(rng.integers(4, 14))
        cv2.polylines(plane, [np.rint(line).astype(np.int32)], False, rng.uniform(0.3, 1.0), width, cv2.LINE_AA)
    return cv2.GaussianBlur(plane, (0, 0), 6.0).astype(np.float32, copy=False)


def papillae(rng: np.random.Generator, shape: tuple[int, int], middles: npt.NDArray[np.float64]) -> Plane:
    """Return the papilla that each capillary (n, 2) stands in: a soft, darker ring about most of them; 0 to 1."""
    plane = np.zeros(shape, np.float32)
    for middle in middles[rng.random(len(middles)) < 0.6]:
        place = np.rint(middle + rng.normal(0.0, 4.0, 2)).astype(int).tolist()
        axes = (int(rng.integers(12, 26)), int(rng.integers(9, 20)))
        tone, width = float(rng.uniform(0.2, 1.0)), int(rng.integers(6, 14))
        cv2.ellipse(plane, place, axes, float(rng.uniform(0, 180)), 0, 360, tone, width, cv2.LINE_AA)
    return cv2.GaussianBlur(plane, (0, 0), 5.0).astype(np.float32, copy=False)


def _curve(rng: np.random.Generator, shape: tuple[int, int], length: float, bend: float) -> npt.NDArray[np.int32]:
    """Return a gently bent line from a random point, with 4 fractional bits."""
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, bend, 40))
    start = rng.uniform((0, 0), shape[::-1])
    line = start + np.cumsum(np.stack([np.cos(heading), np.sin(heading)], 1) * length / 40, axis=0)
    return np.rint(line * 16).astype(np.int32)


def _strokes(rng: np.random.Generator, shape: tuple[int, int], count: int, blur: float, wide: int) -> Plane:
    plane = np.zeros(shape, np.float32)
    for _ in range(count):
        curve = _curve(rng, shape, rng.uniform(90, 420), 0.05)
        cv2.polylines(plane, [curve], False, rng.uniform(0.5, 1.0), wide, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(plane, (0, 0), blur).astype(np.float32, copy=False)


def _spots(rng: np.random.Generator, shape: tuple[int, int], count: int, blur: float) -> Plane:
    plane = np.zeros(shape, np.float32)
    for middle in rng.uniform((0, 0), shape[::-1], (count, 2)).astype(int):
        axes = (int(rng.integers(2, 6)), int(rng.integers(2, 5)))
        tone = float(rng.uniform(0.4, 1.0))
        cv2.ellipse(plane, middle.tolist(), axes, float(rng.uniform(0, 180)), 0, 360, tone, -1, cv2.LINE_AA)
    return cv2.GaussianBlur(plane, (0, 0), blur).astype(np.float32, copy=False)


def _bubble(rng: np.random.Generator, shape: tuple[int, int]) -> Plane:
    """Draw an air bubble in the contact fluid: a dark rim with a bright one inside."""
    plane = np.zeros(shape, np.float32)
    middle = rng.uniform((0.2 * shape[1], 0.2 * shape[0]), (0.8 * shape[1], 0.8 * shape[0])).astype(int).tolist()
    radius = int(rng.integers(16, 34))
    cv2.circle(plane, middle, radius, -1.0, 3, cv2.LINE_AA)
    cv2.ellipse(plane, middle, (radius - 4, radius - 4), float(rng.uniform(0, 360)), 0, 70, 1.6, 2, cv2.LINE_AA)
    return cv2.GaussianBlur(plane, (0, 0), 1.2).astype(np.float32, copy=False)


def skin(rng: np.random.Generator, shape: tuple[int, int], middles: npt.NDArray[np.float64]) -> Plane:
    """Draw bare skin, (height, width, 3) float32 BGR in grey values, without vignetting and noise.

    middles: (n, 2), the places of capillaries, x then y.
    """
    angle = rng.uniform(0, np.pi)
    layers: list[tuple[Plane, tuple[float, float, float]]] = [
        (clouds(rng, shape, 420.0), (2.6, 2.4, 2.4)),
        (clouds(rng, shape, 260.0), (1.8, -0.9, 0.5)),
        (clouds(rng, shape, 60.0), (1.4, 1.6, 1.3)),
        (streaks(rng, shape, angle, 190.0, 26.0), (2.7, 2.0, 1.7)),
        (streaks(rng, shape, angle + 0.3, 45.0, 12.0), (0.7, 0.6, 0.5)),
        (clouds(rng, shape, 9.0), (0.35, 0.35, 0.3)),
        (np.clip(clouds(rng, shape, 110.0) - 0.4, 0.0, None), (-1.3, -2.4, -0.4)),  # flush
        (plexus(rng, shape), (-2.4, -4.2, -1.2)),
        (papillae(rng, shape, middles), (-4.6, -3.6, -2.6)),
        (_strokes(rng, shape, 5, 3.0, 6), (-7.0, -4.5, -4.0)),  # creases: olive
        (_strokes(rng, shape, 3, 0.8, 1), (-16.0, -18.0, -17.0)),  # hairs: near black
        (_strokes(rng, shape, 2, 0.9, 1), (9.0, 6.0, 4.0)),  # fibres: pale blue
        (_spots(rng, shape, 9, 1.4), (30.0, 30.0, 28.0)),  # glare of the light in wet skin
        (_spots(rng, shape, 8, 0.7), (-12.0, -13.0, -12.0)),  # dust
        (_bubble(rng, shape), (9.0, 9.0, 8.0)),
    ]
    channels = [np.full(shape, tone, np.float32) for tone in TONE]
    for plane, strengths in layers:
        for channel, strength in zip(channels, strengths, strict=True):
            channel += plane * np.float32(strength)
    return np.stack(channels, axis=-1)
