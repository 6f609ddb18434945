"""The small grey picture of a frame that travels with its successor, so that motion can be judged by any worker.

It is the green channel, because haemoglobin absorbs green most and vessels show best there.
"""

from typing import Final

import cv2
import numpy as np

from stream.pixels.arrays import ImagePlane, Pixels, Planes
from stream.pixels.conversion import halved, mixed
from stream.pixels.layouts import PixelLayout

WIDTH_PX: Final = 240
HEIGHT_PX: Final = 135
_GREEN: Final = 1


def thumbnail(pixels: Pixels) -> Pixels:
    """Return (height, width, 3) uint8 BGR pixels as a thumbnail, (135, 240) uint8.

    Averaged over areas, of every fourth row and every second column.
    """
    return _averaged(np.ascontiguousarray(pixels[::4, ::2, 1]))


def thumbnail_of(planes: Planes, layout: PixelLayout) -> Pixels:
    """Return a planar frame as a thumbnail, (135, 240) uint8, averaged: luma over areas of every fourth row.

    Colour, which changes little from pixel to pixel, is averaged over the four pixels in the middle of each area.
    """
    small = Planes(_shrunk(planes.luma[::4]), *map(_sampled, planes[1:]))
    return np.ascontiguousarray(mixed(small, layout)[..., _GREEN])


def _shrunk(plane: ImagePlane) -> ImagePlane:
    while plane.shape[0] >= 2 * HEIGHT_PX and plane.shape[1] >= 2 * WIDTH_PX:  # far faster than in one step
        plane = halved(plane)
    return _averaged(plane)


def _sampled(plane: ImagePlane) -> ImagePlane:
    return cv2.resize(plane, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _averaged(plane: ImagePlane) -> ImagePlane:
    return cv2.resize(plane, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
