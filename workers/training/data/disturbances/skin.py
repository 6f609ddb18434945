"""What skin without capillaries also looks like: furrows and stains. They cover nothing: tissue is seen through them.

Lengths: px of a frame whose longer side has 1,920 px.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from workers.training.data.disturbances.strokes import (
    BGR,
    Canvas,
    Range,
    crossing,
    darken,
    ellipse,
    softened,
    stroke,
    unit,
    winding,
)
from workers.training.data.labels import Mask

FURROW_WIDTH_PX: Final[Range] = (15.0, 70.0)
FURROW_LENGTH_PX: Final[Range] = (300.0, 1200.0)
FURROW_CROSSING: Final = 0.6
"""Share of furrows that run through the whole frame."""
FURROW_EDGE: Final[Range] = (0.2, 0.45)
"""Sigma of the edge as a share of the width: no furrow is sharp."""
FURROW_DARKNESS: Final[Range] = (0.02, 0.10)
FURROW_BLUE: Final[Range] = (0.6, 1.1)
FURROW_RED: Final[Range] = (0.3, 0.9)
"""Loss of blue and red relative to green."""

STAIN_RADIUS_PX: Final[Range] = (15.0, 150.0)
STAIN_EDGE: Final[Range] = (0.1, 0.4)
STAIN_DARKNESS: Final[Range] = (0.03, 0.2)
STAIN_BLUE: Final = 1.2
STAIN_RED: Final[Range] = (0.4, 0.8)
"""Brown, as melanin: blue is lost most, red least, relative to green."""
STAIN_PARTS: Final = 6
"""Ellipses that make up one stain: its outline is irregular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Furrow:
    """One furrow of the skin. loss: share of blue, green and red light; edge: sigma as a share of the width."""

    width_px: float
    loss: BGR
    edge: float = 0.3
    length_px: float | None = None

    @classmethod
    def at_random(cls, random: np.random.Generator) -> "Furrow":
        """Draw the properties of a furrow."""
        green = random.uniform(*FURROW_DARKNESS)
        return cls(
            width_px=random.uniform(*FURROW_WIDTH_PX),
            loss=(green * random.uniform(*FURROW_BLUE), green, green * random.uniform(*FURROW_RED)),
            edge=random.uniform(*FURROW_EDGE),
            length_px=None if random.random() < FURROW_CROSSING else random.uniform(*FURROW_LENGTH_PX),
        )

    def draw(self, canvas: Canvas, random: np.random.Generator) -> Mask:
        """Draw the furrow at a random place into the frame; returns an empty mask."""
        shape, width = canvas.shape[:2], self.width_px * unit(canvas.shape)
        curve = (
            crossing(shape, 0.05, random) if self.length_px is None else winding(shape, self.length_px, 0.08, random)
        )
        darken(canvas, softened(stroke(shape, curve, width), self.edge * width), self.loss)
        return np.zeros(shape, np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stain:
    """One brown stain. loss: share of blue, green and red light; edge: sigma as a share of the radius."""

    radius_px: float
    loss: BGR
    edge: float = 0.2

    @classmethod
    def at_random(cls, random: np.random.Generator) -> "Stain":
        """Draw the properties of a stain."""
        green = random.uniform(*STAIN_DARKNESS)
        return cls(
            radius_px=random.uniform(*STAIN_RADIUS_PX),
            loss=(STAIN_BLUE * green, green, green * random.uniform(*STAIN_RED)),
            edge=random.uniform(*STAIN_EDGE),
        )

    def draw(self, canvas: Canvas, random: np.random.Generator) -> Mask:
        """Draw the stain at a random place into the frame; returns an empty mask."""
        shape, radius = canvas.shape[:2], self.radius_px * unit(canvas.shape)
        drawn = np.zeros(shape, np.uint8)
        middle = random.uniform(0.0, 1.0, 2) * shape[::-1]
        for _ in range(STAIN_PARTS):
            x, y = random.normal(middle, 0.4 * radius)
            radii = (radius * random.uniform(0.4, 1.0), radius * random.uniform(0.3, 1.0))
            ellipse(drawn, (x, y), radii, random.uniform(0.0, 180.0))
        darken(canvas, softened(drawn, self.edge * radius), self.loss)
        return np.zeros(shape, np.uint8)
