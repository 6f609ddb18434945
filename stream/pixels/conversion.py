"""What is made of the pixels of a frame by OpenCV."""

from functools import lru_cache
from typing import Any, Final, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from stream.pixels.arrays import ImagePlane, Pixels, Planes, to_bgr
from stream.pixels.layouts import PixelLayout

_STRIP_PX: Final = 64
"""What is between stays in the processor's cache."""

Picture = TypeVar("Picture", npt.NDArray[np.uint8], npt.NDArray[np.float32])

_matrix = lru_cache(to_bgr)


def halved(picture: Picture) -> Picture:
    """Return the picture at half its height and width, averaged over 2x2 pixels; odd sizes round up.

    What an odd size leaves over counts alone: OpenCV averages 2x2 pixels ten times as fast as other areas. It rounds
    half a level up, so that the mean of an 8-bit picture rises by 1/8.
    """
    height, width = picture.shape[:2]
    even: Any = picture
    if height % 2 or width % 2:
        even = cv2.copyMakeBorder(picture, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(even, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), picture.dtype)


def mixed(planes: Planes, layout: PixelLayout) -> Pixels:
    """Return three planes of one size as (height, width, 3) uint8 BGR."""
    return cv2.transform(cv2.merge(planes), _matrix(layout)).astype(np.uint8, copy=False)


def full_size(planes: Planes, layout: PixelLayout) -> Pixels:
    """Return a planar frame as (height, width, 3) uint8 BGR; four pixels of luma share one of colour."""
    luma, blue, red = planes
    height, width = luma.shape
    pixels: Pixels = np.empty((height, width, 3), np.uint8)
    for top in range(0, height // 2, _STRIP_PX):
        small = slice(top, top + _STRIP_PX)
        colours = _doubled(blue[small]), _doubled(red[small])
        for line in range(2):
            lines = slice(2 * top + line, 2 * (top + _STRIP_PX), 2)
            cv2.transform(cv2.merge([luma[lines], *colours]), _matrix(layout), dst=pixels[lines])
    return pixels


def split(pixels: Pixels, layout: PixelLayout, planes: Planes) -> None:
    """Write (height, width, 3) uint8 BGR into the planes of a frame; colours are averaged over 2x2 pixels."""
    matrix = to_bgr(layout).astype(np.float64)
    back = np.linalg.inv(matrix[:, :3])
    luma, *colours = cv2.split(cv2.transform(pixels, np.column_stack([back, -back @ matrix[:, 3]])))
    planes.luma[:] = luma
    for plane, colour in zip(planes[1:], colours, strict=True):
        plane[:] = halved(colour.astype(np.uint8, copy=False))


def _doubled(plane: ImagePlane) -> ImagePlane:
    """Return each pixel twice, side by side."""
    height, width = plane.shape
    return cv2.merge([plane, plane]).reshape(height, 2 * width).astype(np.uint8, copy=False)
