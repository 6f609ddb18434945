"""Random variations of crops that leave a capillary a capillary."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workers.capillary.crops import PLAIN_SKIN, Square

Crops = npt.NDArray[np.uint8]


def varied_placement(where: Square, size: int, random: np.random.Generator) -> npt.NDArray[np.float64]:
    """Like `workers.capillary.crops.placement`, but turned, mirrored, zoomed and shifted at random; (2, 3) float64."""
    x, y, side = where
    angle = random.uniform(0.0, 2.0 * np.pi)
    scale = side / size * np.exp(random.uniform(-0.22, 0.22))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    turn[:, 0] *= random.choice([-1.0, 1.0])
    centre = np.array([x, y]) + random.uniform(-0.06, 0.06, 2) * side
    corner = centre - turn @ np.full(2, (size - 1) / 2)
    return np.column_stack([turn, corner])


def varied_light(crops: Crops, random: np.random.Generator) -> Crops:
    """Contrast, tint, and noise of the first three channels changed at random, each crop its own way; same shape."""
    n = len(crops)
    colour = crops[..., :3].astype(np.float32) - PLAIN_SKIN
    colour *= np.exp(random.uniform(-0.25, 0.25, (n, 1, 1, 1))).astype(np.float32)
    colour *= np.exp(random.uniform(-0.12, 0.12, (n, 1, 1, 3))).astype(np.float32)
    colour += random.uniform(-5.0, 5.0, (n, 1, 1, 3)).astype(np.float32)
    grain = random.uniform(0.0, 4.0, (n, 1, 1, 1)).astype(np.float32)
    colour += random.standard_normal(colour.shape, np.float32) * grain
    varied = crops.copy()
    varied[..., :3] = np.clip(np.rint(colour + PLAIN_SKIN), 0, 255)
    return varied


def seeded(seed: int, parts: Sequence[int]) -> np.random.Generator:
    """A generator of its own for each use, so that no use shifts another."""
    return np.random.default_rng([seed, *parts])
