"""What is made of the pixels of a frame by OpenCV."""

import cv2
import numpy as np

from stream.pixels.layouts import Pixels


def halved(picture: Pixels) -> Pixels:
    """Return the picture at half its height and width, averaged over 2x2 pixels; odd sizes round up."""
    height, width = picture.shape[:2]
    size = (-(-width // 2), -(-height // 2))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
