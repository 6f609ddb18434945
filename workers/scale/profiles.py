"""Brightness along lines across a picture, in any direction: how a row of marks becomes a periodic signal. Pure."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Pixels

Floats = npt.NDArray[np.float32]

_SURROUNDINGS: Final = 30
"""Light is evened out over windows of a 30th of the picture's longer side: more than a mark is wide."""
_NOISE: Final = 3.0  # grey levels: what is fainter than this is not amplified to full contrast
_MOST_CONTRAST: Final = 3.0
_BAND: Final = 200  # half the height of a band is this part of the picture's longer side
_SMALLEST_HALF_PX: Final = 3


def flattened(pixels: Pixels) -> Floats:
    """Return the picture in grey without uneven light and contrast: mean 0, deviation 1 around each pixel.

    pixels: (height, width, 3) uint8 BGR.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).astype(np.float32)
    window = (2 * (max(grey.shape) // (2 * _SURROUNDINGS)) + 1,) * 2
    change = grey - cv2.blur(grey, window)
    deviation = np.sqrt(np.maximum(cv2.blur(change * change, window), 0)) + _NOISE
    return np.clip(change / deviation, -_MOST_CONTRAST, _MOST_CONTRAST).astype(np.float32)


def turned(flat: Floats, degrees: float) -> tuple[Floats, npt.NDArray[np.float64]]:
    """Return the picture turned so that a line at this angle lies level, and the (2, 3) matrix that turned it.

    degrees: counter-clockwise from the right, as people see it. Nothing of the picture is cut off.
    """
    height, width = flat.shape
    cos, sin = abs(np.cos(np.radians(degrees))), abs(np.sin(np.radians(degrees)))
    size = (int(width * cos + height * sin) + 2, int(height * cos + width * sin) + 2)
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0), np.float64)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return np.asarray(cv2.warpAffine(flat, matrix, size, flags=cv2.INTER_LINEAR), np.float32), matrix


def half_band_px(flat: Floats) -> int:
    """Return half the height of a band, px: marks are seen if they are about twice as long as this."""
    longer = int(max(flat.shape))
    return max(_SMALLEST_HALF_PX, round(longer / _BAND))


def half_bands(level: Floats, half_px: int) -> Floats:
    """Return the mean over each `half_px` rows, (bands, width)."""
    count = level.shape[0] // half_px
    return np.asarray(level[: count * half_px].reshape(count, half_px, -1).mean(axis=1), np.float32)


def repetition(profiles: Floats, least_px: int, most_px: int) -> Floats:
    """Return the autocorrelation of each profile at its peaks, 0 between them: (profiles, lags).

    The first lag is `least_px`, the last `most_px`; the value at lag 0 would be 1.
    """
    count = int(cv2.getOptimalDFTSize(2 * profiles.shape[1]))
    spectrum = np.fft.rfft(profiles - profiles.mean(axis=1, keepdims=True), count, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    found = np.fft.irfft(power, count, axis=1)[:, : most_px + 2]
    found /= np.maximum(found[:, :1], 1e-6)
    here = found[:, least_px : most_px + 1]
    is_peak = (here > found[:, least_px - 1 : most_px]) & (here >= found[:, least_px + 1 : most_px + 2])
    return np.where(is_peak, here, 0).astype(np.float32)
