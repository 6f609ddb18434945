"""What lens, light and sensor do to the picture: vignette, blocks of compression, glare, noise, blur of motion."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from capture.sources.synthetic_microscope.texture import Plane, clouds
from stream.protocol.contracts import Pixels

NOISE_MEAN: Final = 3
"""Noise is taken away rather than added, so that one unsigned subtraction does it; this much light is put in before."""
SHADE_MEAN: Final = 14
"""The mean of the vignette, for the same reason."""
NOISE_ROOM: Final = 96
"""The noise tile is this much larger than the frame, so that each frame takes it from another corner."""


def vignette(rng: np.random.Generator, shape: tuple[int, int]) -> Plane:
    """Return the light lost towards the corners, grey values of mean SHADE_MEAN; the lamp is a little off centre."""
    height, width = shape
    off = rng.uniform(-0.12, 0.12, 2)
    y = (np.arange(height, dtype=np.float32) / height - 0.5 + off[0])[:, None]
    x = (np.arange(width, dtype=np.float32) / width - 0.5 + off[1])[None, :]
    lost = np.asarray((0.9 * x * x + y * y) * 58.0, np.float32)
    return np.asarray(lost - lost.mean() + SHADE_MEAN, np.float32)


def shades(rng: np.random.Generator, shape: tuple[int, int], count: int) -> list[Pixels]:
    """Return the light that each pixel loses, (height, width, 3) uint8: vignette, with compression's colour blocks.

    `count` of them, alike but for the blocks, which change from one group of pictures to the next.
    """
    lost = np.rint(vignette(rng, shape)).astype(np.int16)[:, :, None]
    return [np.asarray(np.clip(lost + _blocks(rng, shape), 0, 255), np.uint8) for _ in range(count)]


def _blocks(rng: np.random.Generator, shape: tuple[int, int]) -> npt.NDArray[np.int16]:
    """Draw the colour errors of a video codec: blocks of 16 and 8 px, mostly in blue and red, of about a grey value."""
    rows, columns = -(-shape[0] // 16), -(-shape[1] // 16)
    large = np.repeat(np.repeat(rng.standard_normal((rows, columns, 3)), 2, axis=0), 2, axis=1)
    small = 0.5 * rng.standard_normal(large.shape)
    error = np.rint((large + small) * [1.0, 0.3, 0.8]).astype(np.int16)
    wide = cv2.resize(error, (columns * 16, rows * 16), interpolation=cv2.INTER_NEAREST)
    return np.asarray(wide[: shape[0], : shape[1]], np.int16)


def noise_tile(rng: np.random.Generator, shape: tuple[int, int]) -> Pixels:
    """Draw sensor noise, uint8 with mean NOISE_MEAN, (height, width, 3) and NOISE_ROOM more each way.

    The same in all colours and a little soft, as a codec leaves it.
    """
    height, width = shape[0] + NOISE_ROOM, shape[1] + NOISE_ROOM
    bright = cv2.GaussianBlur(rng.standard_normal((height, width), np.float32), (0, 0), 0.8)
    grey = np.rint(bright * (0.55 / float(bright.std())) + NOISE_MEAN).clip(0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def noise_corner(seed: int, index: int) -> tuple[int, int]:
    """Return left and top of frame `index` in the noise tile. A hash (Steele et al., SplitMix64, 2014)."""
    mixed = (seed * 0x9E3779B97F4A7C15 + index * 0xD1B54A32D192ED03) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    mixed ^= mixed >> 27
    return mixed % NOISE_ROOM, (mixed >> 32) % NOISE_ROOM


def glare_layer(rng: np.random.Generator, shape: tuple[int, int]) -> Pixels:
    """Draw the lamp mirrored in wet skin, (height, width, 3) uint8: a haze with sparkles that drown the picture."""
    quarter = (shape[0] // 4, shape[1] // 4)
    haze = clouds(rng, quarter, 90.0)
    haze = np.clip(haze - np.quantile(haze, 0.8), 0.0, 1.5).astype(np.float32)
    sparkle = np.clip(clouds(rng, quarter, 12.0) + 0.6, 0.0, 2.5)
    light = cv2.GaussianBlur((haze * (70.0 + 130.0 * sparkle)).clip(0, 255).astype(np.float32), (0, 0), 1.5)
    grey = cv2.resize(light, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.repeat(np.rint(grey).astype(np.uint8)[:, :, None], 3, axis=2)


def smear(picture: Pixels, path_x: float, path_y: float) -> Pixels:
    """Blur over a path of so many pixels, by halves: each step averages the picture with itself moved half as far.

    The picture's border, as wide as the path is long, must be cut off afterwards.
    """
    for part in (2, 4, 8, 16):
        x, y = round(path_x / part), round(path_y / part)
        if x or y:
            moved = _moved(picture, x, y)
            picture = cv2.addWeighted(picture, 0.5, moved, 0.5, 0.0).astype(np.uint8, copy=False)
    return picture


def _moved(picture: npt.NDArray[np.uint8], x: int, y: int) -> Pixels:
    """Return the picture moved by whole pixels; what comes in at the border is the picture's own border."""
    height, width = picture.shape[:2]
    moved = picture.copy()
    moved[max(y, 0) : height + min(y, 0), max(x, 0) : width + min(x, 0)] = picture[
        max(-y, 0) : height + min(-y, 0), max(-x, 0) : width + min(-x, 0)
    ]
    return moved
