"""Dry or scaly skin: brownish blotches and streaks of the size of capillaries. They cover nothing.

Lengths: px of a frame whose longer side has 1,920 px.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from workers.training.data.disturbances.strokes import BGR, Canvas, Range, unit
from workers.training.data.labels import Mask

GRAIN_PX: Final[Range] = (8.0, 32.0)
"""Sigma of the noise that the blotches are made of: from a capillary's width to a hairpin with its halo."""
STRETCH: Final[Range] = (1.0, 4.0)
"""Length over width: from scales to streaks along the skin's folds."""
LEVEL: Final[Range] = (0.6, 1.4)
"""A blotch is where the noise is this many standard deviations above its mean: a quarter to a twelfth of the skin."""
DARKNESS: Final[Range] = (0.02, 0.08)
"""Share of green light lost per standard deviation above LEVEL."""
BLUE: Final[Range] = (0.8, 1.4)
RED: Final[Range] = (0.5, 0.95)
"""Brown to grey: more blue and red are lost than to blood, relative to green."""
_STEP: Final = 4  # the noise is made at a quarter of the resolution: it holds nothing finer


@dataclass(frozen=True, slots=True, kw_only=True)
class Mottle:
    """Blotches all over a frame. grain_px, stretch, level: of the noise; loss: share of blue, green and red light."""

    grain_px: float
    stretch: float
    level: float
    loss: BGR

    @classmethod
    def at_random(cls, random: np.random.Generator) -> "Mottle":
        """Draw the properties of mottled skin."""
        green = random.uniform(*DARKNESS)
        return cls(
            grain_px=float(np.exp(random.uniform(*np.log(GRAIN_PX)))),
            stretch=random.uniform(*STRETCH),
            level=random.uniform(*LEVEL),
            loss=(green * random.uniform(*BLUE), green, green * random.uniform(*RED)),
        )

    def draw(self, canvas: Canvas, random: np.random.Generator) -> Mask:
        """Draw the blotches into the frame; returns an empty mask."""
        height, width = canvas.shape[:2]
        side = 2 * max(height, width) // _STEP  # a turned square that covers the frame
        sigma = self.grain_px * unit(canvas.shape) / _STEP
        white = random.standard_normal((side, side), np.float32)
        noise = cv2.GaussianBlur(white, (0, 0), sigmaX=sigma * self.stretch, sigmaY=sigma)
        noise = noise / (noise.std() + np.float32(1e-6))
        turned = cv2.getRotationMatrix2D((side / 2, side / 2), random.uniform(0.0, 180.0), 1.0)
        turned[:, 2] -= [(side - width / _STEP) / 2, (side - height / _STEP) / 2]
        small = cv2.warpAffine(noise, turned, (-(-width // _STEP), -(-height // _STEP)))
        blotches = cv2.resize(np.maximum(small - self.level, 0.0), (width, height), interpolation=cv2.INTER_LINEAR)
        canvas *= np.maximum(1.0 - blotches[..., np.newaxis] * np.array(self.loss, np.float32), 0.0)
        return np.zeros((height, width), np.uint8)
