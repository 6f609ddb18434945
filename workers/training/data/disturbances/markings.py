"""What devices put into a picture: a ruler, the date, a round aperture, black bars.

Lengths: px of a frame whose longer side has 1,920 px.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from workers.training.data.disturbances.strokes import BGR, Canvas, covered, paint, softened, unit
from workers.training.data.labels import Mask

BLACK: Final = (6.0, 6.0, 6.0)
INK: Final = (20.0, 20.0, 20.0)
LIGHT_INK: Final = (240.0, 240.0, 240.0)
RULER_DEPTH_PX: Final = 60.0
TICK_PX: Final = 20.0
"""Between two lines of a ruler; every fifth is long, every tenth has a number."""
STAMP_HEIGHT_PX: Final = 34.0
MARGIN_PX: Final = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """A scale along the lower edge: lines and numbers in one colour. It covers its strip of the frame."""

    colour: BGR = INK

    def draw(self, canvas: Canvas, random: np.random.Generator) -> Mask:
        """Draw the ruler, from a random number on; returns what it covers."""
        (height, width), scale = canvas.shape[:2], unit(canvas.shape)
        drawn, first = np.zeros((height, width), np.uint8), int(random.integers(0, 50))
        top = height - round(RULER_DEPTH_PX * scale)
        for tick in range(int(width / (TICK_PX * scale)) + 1):
            x = round(tick * TICK_PX * scale)
            length = 1.0 if tick % 10 == 0 else 0.7 if tick % 5 == 0 else 0.4
            cv2.line(drawn, (x, height), (x, height - round(length * (height - top))), (255,), max(1, round(3 * scale)))
            if tick % 10 == 0:
                _write(drawn, f"{first + tick // 10}", (x + round(6 * scale), top + round(22 * scale)), 20.0 * scale)
        paint(canvas, drawn, self.colour)
        strip = np.zeros((height, width), np.uint8)
        strip[top:] = 1
        return strip


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Date and time in a corner, as recorders write them. It covers the rectangle around the words."""

    colour: BGR = LIGHT_INK

    def draw(self, canvas: Canvas, random: np.random.Generator) -> Mask:
        """Write a random date into a random corner; returns what it covers."""
        (height, width), scale = canvas.shape[:2], unit(canvas.shape)
        day, clock = random.integers((1, 1), (13, 29)).tolist(), random.integers(0, (24, 60, 60)).tolist()
        text = f"{random.integers(2010, 2030)}-{day[0]:02d}-{day[1]:02d} {clock[0]:02d}:{clock[1]:02d}:{clock[2]:02d}"
        drawn = np.zeros((height, width), np.uint8)
        size, margin = STAMP_HEIGHT_PX * scale, MARGIN_PX * scale
        left = margin if random.random() < 0.5 else width - margin - 0.8 * size * len(text)
        bottom = margin + size if random.random() < 0.5 else height - margin
        _write(drawn, text, (round(left), round(bottom)), size)
        around = cv2.boundingRect(drawn)
        paint(canvas, cv2.dilate(drawn, np.ones((3, 3), np.uint8)).astype(np.uint8, copy=False), BLACK)
        paint(canvas, drawn, self.colour)
        box = np.zeros((height, width), np.uint8)
        grown = round(4 * scale)
        x, y = max(0, around[0] - grown), max(0, around[1] - grown)
        box[y : around[1] + around[3] + grown, x : around[0] + around[2] + grown] = 1
        return box


@dataclass(frozen=True, slots=True, kw_only=True)
class Aperture:
    """A round field of view, black around it. radius: as a share of half the frame's shorter side."""

    radius: float = 1.0
    edge_px: float = 3.0

    def draw(self, canvas: Canvas, random: np.random.Generator) -> Mask:
        """Blacken what lies outside a circle near the middle; returns it."""
        (height, width), scale = canvas.shape[:2], unit(canvas.shape)
        x, y = random.normal((0.5 * width, 0.5 * height), 0.02 * width)
        drawn = np.full((height, width), 255, np.uint8)
        cv2.circle(drawn, (round(x), round(y)), round(0.5 * self.radius * min(height, width)), (0,), -1)
        drawn = softened(drawn, self.edge_px * scale)
        paint(canvas, drawn, BLACK)
        return covered(drawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Black bars on two opposite sides. share: of the frame, each; upright: left and right, else above and below."""

    share: float = 0.1
    upright: bool = True

    def draw(self, canvas: Canvas, random: np.random.Generator) -> Mask:  # noqa: ARG002 - as all that is drawn
        """Blacken both sides; returns them."""
        hidden = np.zeros(canvas.shape[:2], np.uint8)
        sides = hidden.T if self.upright else hidden
        thick = round(self.share * len(sides))
        sides[:thick] = 1
        sides[len(sides) - thick :] = 1
        canvas[hidden > 0] = BLACK
        return hidden


def _write(drawn: Mask, text: str, place: tuple[int, int], size: float) -> None:
    """Write into a mask with 255. place: left and bottom, px; size: height of capitals, px."""
    capitals = 22.0  # height in px of OpenCV's font at scale 1
    thick = max(1, round(size / 12.0))
    cv2.putText(drawn, text, place, cv2.FONT_HERSHEY_SIMPLEX, size / capitals, (255,), thick, cv2.LINE_AA)
