"""`disturbed`: one random mixture of everything, for training."""

import zlib
from collections.abc import Iterator
from typing import Final, Protocol

import numpy as np

from stream.protocol.contracts import Pixels
from workers.training.data.augment import seeded
from workers.training.data.disturbances import light
from workers.training.data.disturbances.bubbles import Bubble
from workers.training.data.disturbances.markings import Aperture, Bars, Ruler, Stamp
from workers.training.data.disturbances.mottle import Mottle
from workers.training.data.disturbances.skin import Furrow, Stain
from workers.training.data.disturbances.spots import Glare, Specks
from workers.training.data.disturbances.strokes import BGR, Canvas, Range, logarithmic
from workers.training.data.disturbances.threads import Fibre, Hair
from workers.training.data.labels import Mask

# How many there are per frame (least, and one more than the most), and in which share of frames.
FURROWS: Final = (0, 5)
STAINS: Final = (0, 3)
STAINED: Final = 0.5
MOTTLED: Final = 0.4
HAIRS: Final = (0, 3)
FIBRES: Final = (1, 3)
WITH_FIBRES: Final = 0.2
WITH_SPECKS: Final = 0.4
WITH_BUBBLE: Final = 0.3
WITH_GLARE: Final = 0.3
MARKED: Final = 0.03
"""A device's marks are rare: they are found by where they lie, and hide tissue that is worth learning from."""

CONTRAST: Final[Range] = (0.5, 1.3)
"""Less more often than more: frames fade with focus, oil and thick skin, and those at hand are chosen ones."""
BLURRED: Final = 0.4
BLUR_PX: Final[Range] = (0.5, 2.2)
BRIGHTNESS: Final = 0.12
CAST: Final = 0.08
"""Standard deviations of the logarithm of brightness, and of each colour's own."""
OTHER_LAMP: Final = 0.15
LAMP: Final[Range] = (0.4, 1.4)
LAMP_BLUE: Final[Range] = (0.65, 1.05)
LAMP_RED: Final[Range] = (0.95, 1.2)
"""Light of another lamp, dark or warm: brightness, and blue and red relative to green."""
GAMMA: Final[Range] = (0.8, 1.25)
GRAIN: Final[Range] = (0.0, 4.0)
COMPRESSED: Final = 0.25
QUALITY: Final = (30, 85)
BLOCKED: Final = 0.15
BLOCKS_PX: Final = (4, 8, 16)


class Drawable(Protocol):
    """An object with definite properties that can be drawn at a random place."""

    def draw(self, canvas: Canvas, random: np.random.Generator) -> Mask:
        """Draw into the frame in place; returns 1 where tissue is hidden."""
        ...


def disturbed(pixels: Pixels, seed: int, name: str) -> tuple[Pixels, Mask]:
    """Return a disturbed copy of a frame, and 1 where a drawn object hides tissue.

    pixels: (height, width, 3) uint8 BGR; `name` is the frame's. The same copy for the same seed and frame.
    """
    random = seeded(seed, [zlib.crc32(name.encode())])
    canvas = light.contrast(pixels.astype(np.float32), logarithmic(random, CONTRAST))
    hidden = np.zeros(pixels.shape[:2], np.uint8)
    for drawable in objects_at_random(random):
        hidden |= drawable.draw(canvas, random)
    if random.random() < BLURRED:
        canvas = light.blur(canvas, random.uniform(*BLUR_PX))
    canvas = _lit(canvas, random)
    canvas = light.grain(canvas, random.uniform(*GRAIN), random)
    if random.random() < BLOCKED:
        canvas = light.chroma_blocks(canvas, int(random.choice(BLOCKS_PX)))
    if random.random() < COMPRESSED:
        canvas = light.jpeg(canvas, int(random.integers(*QUALITY)))
    return light.to_pixels(canvas), hidden


def objects_at_random(random: np.random.Generator) -> Iterator[Drawable]:
    """Yield what is drawn into one frame, what lies lowest first."""
    yield from (Furrow.at_random(random) for _ in range(random.integers(*FURROWS)))
    if random.random() < MOTTLED:
        yield Mottle.at_random(random)
    if random.random() < STAINED:
        yield from (Stain.at_random(random) for _ in range(random.integers(*STAINS)))
    if random.random() < WITH_SPECKS:
        yield Specks.at_random(random)
    if random.random() < WITH_BUBBLE:
        yield Bubble.at_random(random)
    if random.random() < WITH_GLARE:
        yield Glare.at_random(random)
    if random.random() < WITH_FIBRES:
        yield from (Fibre.at_random(random) for _ in range(random.integers(*FIBRES)))
    yield from (Hair.at_random(random) for _ in range(random.integers(*HAIRS)))
    if random.random() < MARKED:
        marks: list[Drawable] = [Ruler(), Stamp(), Aperture(), Bars()]
        yield marks[random.integers(len(marks))]


def _lit(canvas: Canvas, random: np.random.Generator) -> Canvas:
    """Change brightness, colour and gamma; now and then as another lamp does."""
    brightness, casts = random.normal(0.0, BRIGHTNESS), random.normal(0.0, CAST, 3)
    blue, green, red = np.exp(brightness + casts).tolist()
    factors: BGR = (blue, green, red)
    if random.random() < OTHER_LAMP:
        lamp = logarithmic(random, LAMP)
        factors = (blue * lamp * random.uniform(*LAMP_BLUE), green * lamp, red * lamp * random.uniform(*LAMP_RED))
    return light.gamma(light.gain(canvas, factors), logarithmic(random, GAMMA))
