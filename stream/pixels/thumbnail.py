"""The small grey picture of a frame that travels with its successor, so that motion can be judged by any worker.

It is the green channel, because haemoglobin absorbs green most and vessels show best there.
"""

from typing import Final

import cv2
import numpy as np

from stream.pixels.arrays import ImagePlane, Pixels, Planes
from stream.pixels.conversion import green_of, halved
from stream.pixels.layouts import PixelLayout

WIDTH_PX: Final = 240
HEIGHT_PX: Final = 135


def thumbnail(pixels: Pixels) -> Pixels:
    """Return (height, width, 3) uint8 BGR pixels as a thumbnail, (135, 240) uint8.

    Averaged over areas, of every fourth row and every second column.
    """
    return _averaged(np.ascontiguousarray(pixels[::4, ::2, 1]))


def thumbnail_of(planes: Planes, layout: PixelLayout) -> Pixels:
    """Return a planar frame as a thumbnail, (135, 240) uint8, averaged over areas of every fourth row."""
    luma, blue, red = planes
    rows = luma[::4], blue[::2], red[::2]
    return green_of(Planes(*map(_shrunk, rows)), layout)


def _shrunk(plane: ImagePlane) -> ImagePlane:
    while plane.shape[0] >= 2 * HEIGHT_PX and plane.shape[1] >= 2 * WIDTH_PX:  # far faster than in one step
        plane = halved(plane)
    return _averaged(plane)


def _averaged(plane: ImagePlane) -> ImagePlane:
    return cv2.resize(plane, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
