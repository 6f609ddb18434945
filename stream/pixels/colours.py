"""A picture as three planes, one for each colour: OpenCV works on planes several times as fast as on mixed colours."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from stream.pixels.arrays import ImagePlane, Pixels
from stream.pixels.conversion import halved

Brightness = npt.NDArray[np.float32]
"""(height, width) float32: means of one colour."""


class Colours(NamedTuple):
    """The blue, green and red of a picture."""

    blue: ImagePlane
    green: ImagePlane
    red: ImagePlane

    @classmethod
    def split(cls, picture: Pixels) -> "Colours":
        """Split a picture, (height, width, 3) uint8 BGR."""
        return cls(*(plane.astype(np.uint8, copy=False) for plane in cv2.split(picture)))

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        height, width = self.green.shape
        return height, width

    def halved(self) -> "Colours":
        """Return the picture at half its height and width."""
        return Colours(*map(halved, self))

    def mixed(self) -> Pixels:
        """Return the picture as (height, width, 3) uint8 BGR."""
        return cv2.merge(self).astype(np.uint8, copy=False)
