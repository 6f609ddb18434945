"""Pictures of tissue that are good enough to be measured, as a camera's JPEGs."""

from functools import cache

import cv2
import numpy as np

from capture.sources.opening import open_source


@cache
def tissue(count: int = 12) -> list[bytes]:
    """Return so many pictures of the synthetic microscope, 1920x1080, one after the other."""
    source = open_source("synthetic:?seed=1")
    pictures = []
    for _ in range(count):
        grab = source.grab()
        assert grab is not None
        pixels = np.empty((grab.height, grab.width, 3), np.uint8)
        source.retrieve(pixels)
        pictures.append(cv2.imencode(".jpg", pixels, (cv2.IMWRITE_JPEG_QUALITY, 90))[1].tobytes())
    source.close()
    return pictures
