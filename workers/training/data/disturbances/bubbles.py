"""Air bubbles in the immersion oil: a dark rim, a bright one inside it. Lengths: px of a 1,920 px wide frame."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from workers.training.data.disturbances.strokes import (
    SUBPIXEL_BITS,
    Canvas,
    Curve,
    Range,
    brighten,
    darken,
    line,
    softened,
    unit,
)
from workers.training.data.labels import Mask

RADIUS_PX: Final[Range] = (60.0, 350.0)
FLATNESS: Final[Range] = (0.7, 1.0)
LONG_FLATNESS: Final[Range] = (0.35, 1.0)
"""The shorter radius as a share of the longer: of a free bubble, and of one that is pressed into an irregular form."""
RIM: Final[Range] = (0.03, 0.14)
"""Width of the dark rim as a share of the radius."""
DARKNESS: Final[Range] = (0.15, 0.6)
FAINT_DARKNESS: Final[Range] = (0.05, 0.35)
LIGHT: Final[Range] = (10.0, 60.0)
"""Grey levels that the bright rim adds."""
IRREGULAR: Final = 0.5
"""Share of bubbles that lie pressed between glass and skin: an irregular outline, a fainter rim, lit from one side."""
WAVES: Final[Range] = (0.03, 0.12)
"""Standard deviation of the outline's waves, as a share of the radius."""
ONE_SIDED: Final[Range] = (0.5, 1.0)
GLINTS: Final = (0, 4)
HARMONICS: Final = (2, 3, 4, 5)
"""Waves around the outline; each has half the height of the one before."""
CORNERS: Final = 160
"""Straight pieces of an outline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One air bubble. It covers all that it encloses: its glass-like surface moves what is seen through it.

    waves: of the outline, see `WAVES`; one_sided: 0 if the rim is alike all round, 1 if it fades on the lit side;
    light: grey levels of the bright rim; glints: small reflections at the rim.
    """

    radius_px: float
    flatness: float = 0.85
    rim: float = 0.06
    darkness: float = 0.3
    light: float = 30.0
    waves: float = 0.0
    one_sided: float = 0.0
    glints: int = 0

    @classmethod
    def at_random(cls, random: np.random.Generator) -> "Bubble":
        """Draw the properties of a bubble."""
        irregular = random.random() < IRREGULAR
        return cls(
            radius_px=random.uniform(*RADIUS_PX),
            flatness=random.uniform(*(LONG_FLATNESS if irregular else FLATNESS)),
            rim=random.uniform(*RIM) * (0.5 if irregular else 1.0),
            darkness=random.uniform(*(FAINT_DARKNESS if irregular else DARKNESS)),
            light=random.uniform(*LIGHT),
            waves=random.uniform(*WAVES) if irregular else 0.0,
            one_sided=random.uniform(*ONE_SIDED) if irregular else 0.0,
            glints=int(random.integers(*GLINTS)) if irregular else 0,
        )

    def draw(self, canvas: Canvas, random: np.random.Generator) -> Mask:
        """Draw the bubble at a random place into the frame; returns what it encloses."""
        shape, scale = canvas.shape[:2], unit(canvas.shape)
        radius = self.radius_px * scale
        thickness = max(2, round(self.rim * radius))
        middle = random.uniform(0.0, 1.0, 2) * shape[::-1]
        outline = self._outline(radius, random)
        lit_from = random.uniform(0.0, 2.0 * np.pi)
        facing = 0.5 + 0.5 * np.cos(np.arctan2(outline[:, 1], outline[:, 0]) - lit_from)
        dark = _ring(shape, middle + outline, 1.0 - self.one_sided * facing, thickness)
        darken(canvas, softened(dark, 0.35 * thickness), (self.darkness,) * 3)
        inner = outline * (1.0 - thickness / max(radius * self.flatness, 1.0))
        bright = _ring(shape, middle + inner, 1.0 - 0.7 * self.one_sided * (1.0 - facing), max(1, thickness // 2))
        brighten(canvas, softened(bright, 0.3 * thickness + 0.5 * scale), self.light)
        for start in random.integers(0, CORNERS, self.glints):
            piece = np.arange(start, start + random.integers(2, 9)) % CORNERS
            glint = _ring(shape, (middle + inner)[piece], np.ones(len(piece)), max(1, thickness // 2), closed=False)
            brighten(canvas, softened(glint, 0.3 * thickness + 0.5 * scale), 3.0 * self.light)
        inside = np.zeros(shape, np.uint8)
        outer = outline * (1.0 + thickness / max(radius * self.flatness, 1.0))
        cv2.fillPoly(inside, [np.rint(middle + outer).astype(np.int32)], (1,))
        return inside

    def _outline(self, radius: float, random: np.random.Generator) -> Curve:
        """Return the outline around (0, 0), an ellipse with waves, turned at random."""
        angles = np.linspace(0.0, 2.0 * np.pi, CORNERS, endpoint=False)
        waves = np.ones(CORNERS)
        for n, (height, phase) in enumerate(zip(random.normal(0, 1, 4), random.uniform(0, 2 * np.pi, 4), strict=True)):
            waves += self.waves * height * 0.5**n * np.cos(HARMONICS[n] * angles + phase)
        points = radius * np.column_stack([waves * np.cos(angles), self.flatness * waves * np.sin(angles)])
        turn = random.uniform(0.0, np.pi)
        turned: Curve = points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        return turned


def _ring(
    shape: tuple[int, int], corners: Curve, strength: npt.NDArray[np.float64], thickness: int, closed: bool = True
) -> Mask:
    """Draw a line through the corners whose strength, 0..1, differs from corner to corner; returns 0..255."""
    drawn = np.zeros(shape, np.uint8)
    ends = np.rint(corners * 2**SUBPIXEL_BITS).astype(np.int32)
    following = np.roll(ends, -1, axis=0) if closed else ends[1:]
    for start, end, share in zip(ends, following, strength, strict=False):
        line(drawn, start, end, 255 * float(share), thickness)
    return drawn
