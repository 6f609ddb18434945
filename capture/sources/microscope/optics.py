"""What lens, light and sensor do to the picture: vignette, blocks of compression, glare, noise, blur of motion."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from capture.sources.microscope.texture import Plane, clouds
from stream.ports import Pixels

NOISE_MEAN: Final = 3
"""Noise is taken away rather than added, so that one unsigned subtraction does it; this much light is put in before."""
SHADE_MEAN: Final = 14
"""The mean of the vignette, for the same reason."""
NOISE_ROOM: Final = 96
"""The noise tile is this much larger than the frame, so that each frame takes it from another corner."""


def vignette(rng: np.random.Generator, shape: tuple[int, int]) -> Plane:
    """Light lost towards the corners, in grey values, mean SHADE_MEAN; the lamp stands a little off the middle."""
    height, width = shape
    off = rng.uniform(-0.12, 0.12, 2)
    y = (np.arange(height, dtype=np.float32) / height - 0.5 + off[0])[:, None]
    x = (np.arange(width, dtype=np.float32) / width - 0.5 + off[1])[None, :]
    lost = np.asarray((0.9 * x * x + y * y) * 58.0, np.float32)
    return np.asarray(lost - lost.mean() + SHADE_MEAN, np.float32)


def shades(rng: np.random.Generator, shape: tuple[int, int], count: int) -> list[Pixels]:
    """The light that each pixel loses, (height, width, 3) uint8: vignette, with the colour blocks of compression in it.

    `count` of them, alike but for the blocks, which change from one group of pictures to the next.
    """
    lost = np.rint(vignette(rng, shape))[:, :, None]
    return [np.clip(lost + np.rint(_blocks(rng, shape)), 0, 255).astype(np.uint8) for _ in range(count)]


def _blocks(rng: np.random.Generator, shape: tuple[int, int]) -> Plane:
    """Colour errors of a video codec: blocks of 16 and 8 pixels, mostly in blue and red, of about a grey value."""
    error = np.zeros((*shape, 3), np.float32)
    for side, strength in ((16, 1.0), (8, 0.5)):
        rows, columns = -(-shape[0] // side), -(-shape[1] // side)
        block = rng.standard_normal((rows, columns, 3), np.float32) * np.array([1.0, 0.3, 0.8], np.float32) * strength
        large = cv2.resize(block, (columns * side, rows * side), interpolation=cv2.INTER_NEAREST)
        error += large[: shape[0], : shape[1]]
    return error


def noise_tile(rng: np.random.Generator, shape: tuple[int, int]) -> Pixels:
    """Sensor noise, uint8 with mean NOISE_MEAN, (height, width, 3) and NOISE_ROOM more each way.

    The same in all colours and a little soft, as a codec leaves it.
    """
    height, width = shape[0] + NOISE_ROOM, shape[1] + NOISE_ROOM
    bright = cv2.GaussianBlur(rng.standard_normal((height, width), np.float32), (0, 0), 0.8)
    grey = np.rint(bright * (0.55 / float(bright.std())) + NOISE_MEAN).clip(0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def glare_layer(rng: np.random.Generator, shape: tuple[int, int]) -> Pixels:
    """The lamp mirrored in wet skin, (height, width, 3) uint8: some blots that drown the picture."""
    half = (shape[0] // 4, shape[1] // 4)
    sheen = np.clip(clouds(rng, half, 70.0) - 0.75, 0.0, None) * 260.0
    blots = cv2.GaussianBlur(np.clip(sheen, 0, 255).astype(np.float32), (0, 0), 3.0)
    grey = cv2.resize(blots, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.repeat(np.rint(grey).astype(np.uint8)[:, :, None], 3, axis=2)


def smear(picture: Pixels, path: tuple[float, float]) -> Pixels:
    """Blur along `path` (x, y in pixels), by halves: each step averages the picture with itself moved half as far.

    The picture's border of |path| pixels must be cut off afterwards.
    """
    for part in (2, 4, 8, 16):
        x, y = round(path[0] / part), round(path[1] / part)
        if x or y:
            moved = _moved(picture, x, y)
            picture = cv2.addWeighted(picture, 0.5, moved, 0.5, 0.0).astype(np.uint8, copy=False)
    return picture


def _moved(picture: npt.NDArray[np.uint8], x: int, y: int) -> Pixels:
    """The picture moved by whole pixels; what comes in at the border is the picture's own border."""
    height, width = picture.shape[:2]
    moved = picture.copy()
    moved[max(y, 0) : height + min(y, 0), max(x, 0) : width + min(x, 0)] = picture[
        max(-y, 0) : height + min(-y, 0), max(-x, 0) : width + min(-x, 0)
    ]
    return moved
