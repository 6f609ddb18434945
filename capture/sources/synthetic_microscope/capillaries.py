"""Capillaries strewn over the tissue: what light each one takes, and its outline. Knows no frame and no time."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from capture.sources.synthetic_microscope.shapes import Vessel, any_vessel
from capture.sources.synthetic_microscope.texture import Plane, clouds

LEVELS: Final = 16
"""Steps of filling, from empty to full. The contrast is about as many grey values, so no step shows."""
GREY: Final = 16
"""Light is counted in sixteenths of a grey value."""
EDGE: Final = 0.45
"""An outline runs where the vessel takes this share of the light that it takes at its darkest."""
SMALLEST_PX: Final = 110.0
"""Pieces with less area than this (full-frame pixels) get no outline, as readers give them none."""

Outline = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Capillary:
    """One capillary on the tissue, which is kept at half the frame's resolution.

    box: left, top, right, bottom on the half-size tissue.
    depth: (h, w, 3) int16, light taken for each level of filling, sixteenths of a grey value, BGR.
    outlines: (n, 2) int32 each, x then y, in full-size tissue pixels; several if readers would see several.
    turn: 0..1, the share of perfusion at which it is half full.
    """

    box: tuple[int, int, int, int]
    depth: npt.NDArray[np.int16]
    outlines: tuple[Outline, ...]
    turn: float


def _shadow(rng: np.random.Generator, vessel: Vessel, margin: int) -> tuple[Plane, tuple[int, int]]:
    """Draw the vessel's shadow at half size, peak 1, and its corner (half-size pixels from the vessel's middle).

    Mottled by the blood in it; a vessel slants into depth, so one end is less in focus than the other.
    """
    line, radius = vessel.line / 2.0, vessel.radius / 2.0
    low = np.floor(line.min(axis=0) - radius.max()).astype(int) - margin
    high = np.ceil(line.max(axis=0) + radius.max()).astype(int) + margin
    x, y = np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1)
    stamps = ((x - line[:, :1]) ** 2)[:, None, :] + ((y - line[:, 1:]) ** 2)[:, :, None]  # in place: they are large
    np.sqrt(stamps, out=stamps)
    stamps += 1.5 * clouds(rng, (len(y), len(x)), 7.0)  # ragged
    np.subtract(radius[:, None, None], stamps, out=stamps)
    stamps *= 0.5
    stamps += 0.5
    np.clip(stamps, 0.0, 1.0, out=stamps)
    stamps *= vessel.tone[:, None, None]
    solid = stamps.max(axis=0).astype(np.float32)
    solid *= np.clip(1.0 + 0.28 * clouds(rng, (len(y), len(x)), 8.0), 0.2, 1.6)
    near = float(np.clip(np.exp(rng.normal(np.log(1.05), 0.4)), 0.7, 3.2))
    far = near + rng.uniform(0.2, 2.2)
    ramp = np.clip(np.linspace(-0.7, 1.7, len(x)), 0.0, 1.0).astype(np.float32)
    shadow = cv2.GaussianBlur(solid, (0, 0), near) * ramp + cv2.GaussianBlur(solid, (0, 0), far) * (1.0 - ramp)
    return np.asarray(shadow / shadow.max(), np.float32), (int(low[0]), int(low[1]))


def _outlines(shadow: Plane, corner: tuple[int, int]) -> tuple[Outline, ...]:
    """Return the outer contours at EDGE of the peak, at full size, moved by the half-size `corner`."""
    inside = (cv2.pyrUp(shadow) >= EDGE * float(shadow.max())).astype(np.uint8)
    found, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return tuple(
        np.asarray(c[:, 0, :] + 2 * np.array(corner), np.int32) for c in found if cv2.contourArea(c) >= SMALLEST_PX
    )


def _colour(rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return the light taken at the darkest point, grey values, BGR: blood takes green most, depth adds purple."""
    strength = float(np.clip(np.exp(rng.normal(np.log(15.0), 0.38)), 6.0, 34.0))
    purple = rng.uniform(0.0, 1.0)
    blue, red = 0.74 - 0.2 * purple + rng.normal(0, 0.07), 0.40 + 0.2 * purple + rng.normal(0, 0.06)
    return np.array([blue, 1.0, red], np.float32) * strength


def grow(rng: np.random.Generator, middle: tuple[float, float], turn: float, size: tuple[int, int]) -> Capillary | None:
    """Make a capillary around `middle` (full-size tissue pixels); None if it would reach over the tissue's edge.

    size: width and height of the half-size tissue.
    """
    shadow, corner = _shadow(rng, any_vessel(rng), margin=24)
    halo = cv2.GaussianBlur(shadow, (0, 0), rng.uniform(6.0, 9.0))
    bloom = halo * (rng.uniform(0.1, 0.38) / float(halo.max()))
    colour = _colour(rng)
    left, top = corner[0] + round(middle[0] / 2), corner[1] + round(middle[1] / 2)
    height, width = shadow.shape
    if left < 0 or top < 0 or left + width > size[0] or top + height > size[1]:
        return None
    light = shadow[:, :, None] * colour + bloom[:, :, None] * colour * np.array([1.0, 0.8, 0.4], np.float32)
    depth = np.rint(light * (GREY / LEVELS)).astype(np.int16)
    return Capillary((left, top, left + width, top + height), depth, _outlines(shadow, (left, top)), turn)


def strew(rng: np.random.Generator, size: tuple[int, int], spacing_px: float) -> tuple[Capillary, ...]:
    """Strew capillaries over a tissue of half-size `size` (width, height), on a jittered lattice `spacing_px` apart.

    Turns are spread evenly, so that a share of perfusion is that share of capillaries.
    """
    columns, rows = int(2 * size[0] / spacing_px), int(2 * size[1] / spacing_px)
    turns = (rng.permutation(columns * rows) + 0.5) / (columns * rows)
    grown = []
    for cell, turn in enumerate(turns):
        row, column = divmod(cell, columns)
        jitter = rng.uniform(-0.42, 0.42, 2)
        middle = ((column + 0.5 + jitter[0]) * spacing_px, (row + 0.5 + jitter[1]) * spacing_px)
        capillary = grow(rng, middle, float(turn), size)
        if capillary is not None and capillary.outlines:
            grown.append(capillary)
    return tuple(grown)
