"""Dust and glare: small spots, dark or white. Lengths: px of a frame whose longer side has 1,920 px."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from workers.training.data.disturbances.strokes import (
    Canvas,
    Range,
    covered,
    darken,
    ellipse,
    paint,
    softened,
    unit,
)
from workers.training.data.labels import Mask

SPECKS: Final = (3, 40)
SPECK_RADIUS_PX: Final[Range] = (2.0, 14.0)
SPECK_EDGE_PX: Final[Range] = (0.8, 4.0)
SPECK_DARKNESS: Final[Range] = (0.15, 0.8)
SPECK_RED: Final[Range] = (0.8, 1.0)
"""Loss of red relative to green: dust is grey, unlike blood."""

REFLECTIONS: Final = (1, 6)
REFLECTION_RADIUS_PX: Final[Range] = (8.0, 80.0)
REFLECTION_EDGE_PX: Final[Range] = (1.5, 8.0)
WHITE: Final = (255.0, 255.0, 255.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Specks:
    """Grains of dust or dirt. darkness: share of green that is lost; red: loss of red relative to it."""

    count: int
    darkness: float
    radii_px: Range = SPECK_RADIUS_PX
    red: float = 0.9
    edge_px: float = 1.5

    @classmethod
    def at_random(cls, random: np.random.Generator) -> "Specks":
        """Draw how many there are and how they look."""
        return cls(
            count=int(random.integers(*SPECKS)),
            darkness=random.uniform(*SPECK_DARKNESS),
            red=random.uniform(*SPECK_RED),
            edge_px=random.uniform(*SPECK_EDGE_PX),
        )

    def draw(self, canvas: Canvas, random: np.random.Generator) -> Mask:
        """Draw the specks at random places into the frame; returns what they cover."""
        drawn = softened(
            _spots(canvas.shape[:2], self.count, self.radii_px, 0.4, random), self.edge_px * unit(canvas.shape)
        )
        darken(canvas, drawn, (self.darkness, self.darkness, self.darkness * self.red))
        return covered(drawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glare:
    """Reflections of the lamp, white."""

    count: int
    radii_px: Range = REFLECTION_RADIUS_PX
    edge_px: float = 3.0

    @classmethod
    def at_random(cls, random: np.random.Generator) -> "Glare":
        """Draw how many there are and how sharp they are."""
        return cls(count=int(random.integers(*REFLECTIONS)), edge_px=random.uniform(*REFLECTION_EDGE_PX))

    def draw(self, canvas: Canvas, random: np.random.Generator) -> Mask:
        """Draw the reflections at random places into the frame; returns what they cover."""
        drawn = softened(
            _spots(canvas.shape[:2], self.count, self.radii_px, 0.3, random), self.edge_px * unit(canvas.shape)
        )
        paint(canvas, drawn, WHITE)
        return covered(drawn)


def _spots(shape: tuple[int, int], count: int, radii_px: Range, flattest: float, random: np.random.Generator) -> Mask:
    """Return a mask, 0 or 255, with `count` ellipses; their shorter radius is `flattest`..1 of the longer one."""
    drawn = np.zeros(shape, np.uint8)
    for _ in range(count):
        x, y = random.uniform(0.0, 1.0, 2) * shape[::-1]
        radius = random.uniform(*radii_px) * unit(shape)
        ellipse(drawn, (x, y), (radius, radius * random.uniform(flattest, 1.0)), random.uniform(0.0, 180.0))
    return drawn
