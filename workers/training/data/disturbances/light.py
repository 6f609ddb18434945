"""Other light, focus and compression: they change every pixel and cover nothing.

Take and return (height, width, 3) float32 BGR, 0..255 and a little beyond.
"""

from typing import Final

import cv2
import numpy as np

from stream.protocol.contracts import Pixels
from workers.training.data.disturbances.strokes import BGR, Canvas, unit

AROUND_PX: Final = 64.0
"""Sigma of the blur against which contrast is counted, in px of a frame whose longer side has 1,920 px."""
COARSE: Final = 8
"""That blur is computed at an eighth of the resolution."""


def contrast(canvas: Canvas, factor: float) -> Canvas:
    """Multiply the difference of each pixel to its wide surroundings by `factor`."""
    height, width = canvas.shape[:2]
    small = cv2.resize(canvas, (-(-width // COARSE), -(-height // COARSE)), interpolation=cv2.INTER_AREA)
    around = cv2.resize(cv2.GaussianBlur(small, (0, 0), AROUND_PX * unit(canvas.shape) / COARSE), (width, height))
    return cv2.addWeighted(canvas, factor, around, 1.0 - factor, 0.0).astype(np.float32, copy=False)


def gain(canvas: Canvas, factors: BGR) -> Canvas:
    """Multiply blue, green and red."""
    return canvas * np.array(factors, np.float32)


def gamma(canvas: Canvas, exponent: float) -> Canvas:
    """Raise to `exponent`, with black and white left as they are: below 1 the picture is brighter."""
    within = np.clip(canvas, 0.0, 255.0) * np.float32(1 / 255)
    return cv2.pow(within, exponent).astype(np.float32, copy=False) * np.float32(255)


def grain(canvas: Canvas, deviation: float, random: np.random.Generator) -> Canvas:
    """Add noise of a standard deviation in grey levels, each pixel and colour its own."""
    noise = random.standard_normal(canvas.shape, np.float32)
    return cv2.addWeighted(canvas, 1.0, noise, deviation, 0.0).astype(np.float32, copy=False)


def blur(canvas: Canvas, sigma_px: float) -> Canvas:
    """Put the frame out of focus by a Gaussian. sigma_px: of a frame whose longer side has 1,920 px."""
    return cv2.GaussianBlur(canvas, (0, 0), sigma_px * unit(canvas.shape)).astype(np.float32, copy=False)


def jpeg(canvas: Canvas, quality: int) -> Canvas:
    """Pass the frame through JPEG, colour at half the resolution (4:2:0)."""
    options = [
        cv2.IMWRITE_JPEG_QUALITY,
        quality,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    ]
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", to_pixels(canvas), options)[1], cv2.IMREAD_COLOR), np.float32)


def chroma_blocks(canvas: Canvas, side_px: int) -> Canvas:
    """Replace the colour of every square of `side_px` by its mean and leave the brightness, as cheap encoders do."""
    height, width = canvas.shape[:2]
    colour = cv2.cvtColor(canvas, cv2.COLOR_BGR2YCrCb)
    for channel in (1, 2):
        small = cv2.resize(
            colour[..., channel], (-(-width // side_px), -(-height // side_px)), interpolation=cv2.INTER_AREA
        )
        colour[..., channel] = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    return cv2.cvtColor(colour, cv2.COLOR_YCrCb2BGR).astype(np.float32, copy=False)


def to_pixels(canvas: Canvas) -> Pixels:
    """Round to uint8; what is darker than black or brighter than white is clipped."""
    return np.clip(np.rint(canvas), 0, 255).astype(np.uint8)
