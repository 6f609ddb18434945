"""Lines drawn softly into a frame, and how they take or add light.

Lengths are px of a frame whose longer side has 1,920 px; `unit` carries them to other sizes.
"""

from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from workers.training.data.labels import Mask

Canvas = npt.NDArray[np.float32]
"""(height, width, 3) float32: a frame while it is drawn into, blue, green, red, 0..255 and a little beyond."""
Curve = npt.NDArray[np.float64]
"""(n, 2) float64: the middle line of a stroke, points x, y in px of the frame."""
Range = tuple[float, float]
"""Least and most of what is drawn at random."""
BGR = tuple[float, float, float]

LONG_SIDE_PX: Final = 1920
"""The longer side of the labelled frames."""
STEP_PX: Final = 12.0
"""Length of a stroke's straight pieces: shorter than the bends of hairs and furrows."""
OUTSIDE_PX: Final = 20.0
"""A stroke that crosses the frame begins and ends this far outside it."""
SUBPIXEL_BITS: Final = 3
"""Points of lines are given to OpenCV in eighths of a pixel."""
COVERED: Final = 0.15
"""An object hides tissue from this share of its full darkness on: its blurred edge belongs to it."""
BROAD_PX: Final = 6.0
"""A blur of a larger sigma is computed at a lower resolution: the same to the eye, at a fraction of the time."""


def unit(shape: tuple[int, ...]) -> float:
    """Return how many px of a frame of `shape` (height, width, …) one px of a labelled frame is."""
    return max(shape[:2]) / LONG_SIDE_PX


def logarithmic(random: np.random.Generator, limits: Range) -> float:
    """Draw a number whose logarithm is uniform: as many from 4 to 8 as from 8 to 16."""
    return float(np.exp(random.uniform(*np.log(limits))))


def crossing(shape: tuple[int, int], wiggle: float, random: np.random.Generator) -> Curve:
    """Return a curve from one side of the frame to another. wiggle: change of direction per step, radians."""
    height, width = shape
    outside, along = OUTSIDE_PX * unit(shape), random.uniform(0.1, 0.9)
    sides = [
        (along * width, -outside),
        (along * width, height + outside),
        (-outside, along * height),
        (width + outside, along * height),
    ]
    start = np.array(sides[random.integers(len(sides))])
    x, y = random.uniform(0.2, 0.8, 2) * (width, height) - start
    steps = int(1.4 * (width + height) / (STEP_PX * unit(shape)))
    curve = _walked(start, float(np.arctan2(y, x)), random.normal(0.0, 0.006), wiggle, steps, unit(shape), random)
    gone = np.flatnonzero(((curve < -2 * outside) | (curve > np.array([width, height]) + 2 * outside)).any(axis=1))
    return curve[: gone[0] + 1] if len(gone) else curve


def winding(shape: tuple[int, int], length_px: float, wiggle: float, random: np.random.Generator) -> Curve:
    """Return a curve of `length_px` somewhere in the frame."""
    start = random.uniform(0.0, 1.0, 2) * shape[::-1]
    heading, bend = random.uniform(0.0, 2.0 * np.pi), random.normal(0.0, 0.02)
    return _walked(start, heading, bend, wiggle, int(length_px / STEP_PX), unit(shape), random)


def _walked(
    start: npt.NDArray[np.float64],
    heading: float,
    bend: float,
    wiggle: float,
    steps: int,
    scale: float,
    random: np.random.Generator,
) -> Curve:
    """Return the points of a walk that turns by `bend` and, at random, by `wiggle` radians per step."""
    headings = heading + np.cumsum(bend + random.normal(0.0, wiggle, steps))
    moves = STEP_PX * scale * np.column_stack([np.cos(headings), np.sin(headings)])
    return np.vstack([start, start + np.cumsum(moves, axis=0)])


def stroke(shape: tuple[int, int], curve: Curve, width: float, taper: float = 0.0) -> Mask:
    """Draw a curve, `width` px of the frame wide, thinner by the share `taper` at its end; returns 0..255."""
    drawn = np.zeros(shape, np.uint8)
    ends = np.rint(curve * 2**SUBPIXEL_BITS).astype(np.int32)
    for number, (start, end) in enumerate(pairwise(ends)):
        thickness = max(1, round(width * (1.0 - taper * number / len(ends))))
        line(drawn, start, end, 255, thickness)
    return drawn


def line(drawn: Mask, start: npt.NDArray[np.int32], end: npt.NDArray[np.int32], value: float, thickness: int) -> None:
    """Draw a straight line between points in eighths of a pixel, with a smooth edge."""
    cv2.line(drawn, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), (value,), thickness, 16, SUBPIXEL_BITS)


def ellipse(drawn: Mask, centre: tuple[float, float], radii: tuple[float, float], angle: float) -> None:
    """Fill an ellipse with 255. centre, radii: px of the frame; angle: degrees."""
    whole = (max(1, int(radii[0])), max(1, int(radii[1])))
    cv2.ellipse(drawn, (int(centre[0]), int(centre[1])), whole, angle, 0, 360, (255,), -1)


def softened(drawn: Mask, sigma: float) -> Mask:
    """Blur what was drawn by a Gaussian of `sigma` px of the frame; returns 0..255, of the same shape."""
    if sigma <= BROAD_PX:
        return cv2.GaussianBlur(drawn, (0, 0), max(sigma, 0.3)).astype(np.uint8, copy=False)
    factor = BROAD_PX / 2.0 / sigma
    small = cv2.resize(drawn, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), BROAD_PX / 2.0)
    return cv2.resize(blurred, drawn.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def darken(canvas: Canvas, drawn: Mask, loss: BGR) -> None:
    """Take the share `loss` of each colour's light under what was drawn, 0..255."""
    part, share = _touched(canvas, drawn)
    part *= 1.0 - share * np.array(loss, np.float32)


def brighten(canvas: Canvas, drawn: Mask, light: float) -> None:
    """Add `light` grey levels to all colours under what was drawn, 0..255."""
    part, share = _touched(canvas, drawn)
    part += share * np.float32(light)


def paint(canvas: Canvas, drawn: Mask, colour: BGR, opacity: float = 1.0) -> None:
    """Lay a colour over the frame, as far as it was drawn (0..255) and as it is opaque (0..1)."""
    part, share = _touched(canvas, drawn)
    part += opacity * share * (np.array(colour, np.float32) - part)


def covered(drawn: Mask) -> Mask:
    """Return 1 under what hides tissue, else 0."""
    return (drawn > 255 * COVERED).astype(np.uint8)


def _touched(canvas: Canvas, drawn: Mask) -> tuple[Canvas, Canvas]:
    """Return the part of the frame that was drawn upon, as a view, and its shares 0..1, (height, width, 1)."""
    x, y, width, height = cv2.boundingRect(drawn)
    rows, columns = slice(y, y + height), slice(x, x + width)
    return canvas[rows, columns], (drawn[rows, columns, np.newaxis] * np.float32(1 / 255)).astype(np.float32)
