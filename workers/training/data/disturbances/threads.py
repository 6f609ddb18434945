"""Hairs and textile fibres on the skin. Lengths: px of a frame whose longer side has 1,920 px."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from workers.training.data.disturbances.strokes import (
    BGR,
    Canvas,
    Curve,
    Range,
    brighten,
    covered,
    crossing,
    darken,
    logarithmic,
    paint,
    softened,
    stroke,
    unit,
    winding,
)
from workers.training.data.labels import Mask

HAIR_WIDTH_PX: Final[Range] = (3.0, 44.0)
"""From vellus hair to a thick terminal hair, at about 1 µm per px and a little out of focus."""
HAIR_DARKNESS: Final[Range] = (0.25, 0.85)
HAIR_RED: Final[Range] = (0.8, 1.0)
"""Loss of red relative to green: a dark hair is nearly grey, unlike blood, which lets red pass."""
HAIR_LENGTH_PX: Final[Range] = (200.0, 1200.0)
CROSSING: Final = 0.7
"""Share of hairs that are longer than the frame."""
HAIR_TAPER: Final[Range] = (0.0, 0.4)
HAIR_EDGE: Final[Range] = (0.05, 0.25)
"""Sigma of the blurred edge, as a share of the width: from sharp to out of focus."""
SHINING: Final = 0.5
SHINE: Final[Range] = (5.0, 40.0)
SHINE_FROM_PX: Final = 10.0
"""Thinner hairs show no reflection along their middle. Grey levels of it: SHINE."""

BROWN: Final = 0.2
"""Share of hairs that are brown or fair: light passes, most of it through the middle, and more of red."""
BROWN_DARKNESS: Final[Range] = (0.06, 0.3)
BROWN_RED: Final[Range] = (0.45, 0.85)
BROWN_CLEAR: Final[Range] = (0.0, 0.6)

FIBRE_WIDTH_PX: Final[Range] = (4.0, 22.0)
FIBRE_LENGTH_PX: Final[Range] = (150.0, 1800.0)
FIBRE_CURL: Final[Range] = (0.02, 0.12)
FIBRE_OPACITY: Final[Range] = (0.25, 0.9)
FIBRE_EDGE: Final[Range] = (0.08, 0.3)
FIBRE_WHITE: Final = 0.5
"""Share of fibres without colour, as of cotton and paper; the others are dyed."""
WHITE_LEVEL: Final[Range] = (170.0, 255.0)
DYE_LEVEL: Final[Range] = (20.0, 230.0)
"""Grey levels of each colour of a dyed fibre."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hair:
    """One hair. darkness: share of green that is lost; red, clear: see `BROWN_RED`; the middle keeps the share `clear`.

    length_px: None if the hair crosses the frame.
    """

    width_px: float
    darkness: float
    red: float = 0.9
    clear: float = 0.0
    taper: float = 0.2
    edge: float = 0.1
    shine: float = 0.0
    length_px: float | None = None

    @classmethod
    def at_random(cls, random: np.random.Generator) -> "Hair":
        """Draw the properties of a hair."""
        brown = random.random() < BROWN
        width = logarithmic(random, HAIR_WIDTH_PX)
        shining = not brown and width > SHINE_FROM_PX and random.random() < SHINING
        return cls(
            width_px=width,
            darkness=random.uniform(*(BROWN_DARKNESS if brown else HAIR_DARKNESS)),
            red=random.uniform(*(BROWN_RED if brown else HAIR_RED)),
            clear=random.uniform(*BROWN_CLEAR) if brown else 0.0,
            taper=random.uniform(*HAIR_TAPER),
            edge=random.uniform(*HAIR_EDGE),
            shine=random.uniform(*SHINE) if shining else 0.0,
            length_px=None if random.random() < CROSSING else random.uniform(*HAIR_LENGTH_PX),
        )

    def draw(self, canvas: Canvas, random: np.random.Generator) -> Mask:
        """Draw the hair at a random place into the frame; returns what it covers."""
        shape, scale = canvas.shape[:2], unit(canvas.shape)
        curve = _laid(shape, self.length_px, 0.02 if self.length_px is None else 0.03, random)
        width = self.width_px * scale
        drawn = softened(stroke(shape, curve, width, self.taper), max(0.8 * scale, self.edge * width))
        hides = covered(drawn)
        if self.clear:
            middle = softened(stroke(shape, curve, 0.5 * width, self.taper), 0.15 * width)
            drawn -= np.minimum(drawn, (self.clear * middle).astype(np.uint8))
        darken(canvas, drawn, (self.darkness, self.darkness, self.darkness * self.red))
        if self.shine:
            middle = softened(stroke(shape, curve, 0.15 * width), 0.08 * width + 0.5 * scale)
            brighten(canvas, middle, self.shine)
        return hides


@dataclass(frozen=True, slots=True, kw_only=True)
class Fibre:
    """One textile fibre. colour: grey levels; curl: change of direction per step, radians; opacity: 0..1."""

    width_px: float
    length_px: float
    colour: BGR
    opacity: float
    curl: float = 0.06
    edge: float = 0.15

    @classmethod
    def at_random(cls, random: np.random.Generator) -> "Fibre":
        """Draw the properties of a fibre."""
        white = random.uniform(*WHITE_LEVEL)
        blue, green, red = [white] * 3 if random.random() < FIBRE_WHITE else random.uniform(*DYE_LEVEL, 3).tolist()
        return cls(
            width_px=logarithmic(random, FIBRE_WIDTH_PX),
            length_px=random.uniform(*FIBRE_LENGTH_PX),
            colour=(blue, green, red),
            opacity=random.uniform(*FIBRE_OPACITY),
            curl=random.uniform(*FIBRE_CURL),
            edge=random.uniform(*FIBRE_EDGE),
        )

    def draw(self, canvas: Canvas, random: np.random.Generator) -> Mask:
        """Draw the fibre at a random place into the frame; returns what it covers."""
        curve = _laid(canvas.shape[:2], self.length_px, self.curl, random)
        width = self.width_px * unit(canvas.shape)
        drawn = softened(stroke(canvas.shape[:2], curve, width), max(0.8 * unit(canvas.shape), self.edge * width))
        paint(canvas, drawn, self.colour, self.opacity)
        return covered(drawn)


def _laid(shape: tuple[int, int], length_px: float | None, wiggle: float, random: np.random.Generator) -> Curve:
    """Return the middle line of a thread: through the frame, or of a length somewhere in it."""
    return crossing(shape, wiggle, random) if length_px is None else winding(shape, length_px, wiggle, random)
