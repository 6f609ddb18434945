"""A picture of a ruler, drawn with known distances between its marks."""

from dataclasses import dataclass

import cv2
import numpy as np

from stream.protocol.contracts import Pixels

_MARGIN_PX = 20


@dataclass(frozen=True, kw_only=True)
class DrawnRuler:
    """A ruler across the middle of a picture of `width` x `height` px.

    spacing_px: from mark to mark; every fifth is longer, every tenth the longest, with a number if `numbers`.
    degrees: its direction, clockwise. mark_px: length of its longest marks. share: of the picture's diagonal that it
    covers. blur_px: deviation of the blur. light: how much brighter one corner is than the other, as a share.
    tilt: how much smaller things are a picture's width further on. ink: grey level of the marks.
    """

    spacing_px: float
    width: int = 480
    height: int = 360
    degrees: float = 0.0
    mark_px: int = 40
    share: float = 0.7
    numbers: bool = False
    blur_px: float = 0.0
    light: float = 0.0
    tilt: float = 0.0
    ink: int = 20

    def on(self, ground: Pixels | None = None, seed: int = 0) -> Pixels:
        """Return the ruler on a picture of this size, by default a plain one, with some noise."""
        plain = np.full((self.height, self.width, 3), 170, np.uint8) if ground is None else ground
        ink = cv2.warpPerspective(self._strip(), self._placed(), (self.width, self.height), flags=cv2.INTER_CUBIC)[
            ..., np.newaxis
        ]
        picture = plain * (1 - ink) + self.ink * ink
        x, y = np.meshgrid(np.linspace(-1, 1, self.width), np.linspace(-1, 1, self.height))
        picture *= (1 + self.light * (x + y) / 4)[..., np.newaxis]
        if self.blur_px:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), self.blur_px))
        noise = np.random.default_rng(seed).normal(0, 4, (self.height, self.width, 1))
        return np.clip(picture + noise, 0, 255).astype(np.uint8)

    def _strip(self) -> np.ndarray:
        """Draw the ruler level, as the share of each pixel that is ink."""
        length = int(self.share * np.hypot(self.width, self.height))
        strip = np.zeros((self.mark_px + 2 * _MARGIN_PX, length), np.uint8)
        base, thick = strip.shape[0] - _MARGIN_PX, max(2.0, 0.12 * self.spacing_px)
        for number in range(int((length - 2 * _MARGIN_PX) / self.spacing_px) + 1):
            middle = _MARGIN_PX + number * self.spacing_px
            share = 1.0 if number % 10 == 0 else 0.7 if number % 5 == 0 else 0.4
            column = (255 * np.clip(thick / 2 + 0.5 - np.abs(np.arange(length) - middle), 0, 1)).astype(np.uint8)
            top = base - round(share * self.mark_px)
            strip[top:base] = np.maximum(strip[top:base], column)
            if self.numbers and number % 10 == 0:
                place = (round(middle) + 4, base - round(0.75 * self.mark_px))
                cv2.putText(strip, f"{number}", place, cv2.FONT_HERSHEY_SIMPLEX, self.mark_px / 60, (255,), 1)
        return strip.astype(np.float32) / 255

    def _placed(self) -> np.ndarray:
        """Return the matrix that puts the strip into the middle of the picture."""
        height, width = self._strip().shape
        turned = np.eye(3)
        turned[:2] = cv2.getRotationMatrix2D((0, 0), -self.degrees, 1.0)
        to_centre, back = np.eye(3), np.eye(3)
        to_centre[:2, 2] = -width / 2, -height / 2
        back[:2, 2] = self.width / 2, self.height / 2
        tilted = np.eye(3)
        tilted[2, 0] = self.tilt / self.width
        return np.asarray(back @ tilted @ turned @ to_centre)
