"""Regions as published: Gaussian-mixture background, structural similarity, Otsu, contours. Full resolution; slow.

Helmy et al. 2022, "parallel system for image analysis", section III-A: the background by OpenCV's Gaussian mixtures
(MOG2), the structural similarity (SSIM) of frame and background, contours of what is unlike, boxes for the network.
Numbers that the paper does not state are those of the authors' later web system: window 15, Otsu, external contours
of 100 to 10,000 px, boxes padded by 50 px, pictures of 50x50.

One departure: mixtures learned from frame after frame differ between workers that see different frames, and those
learned from one frame are that frame. Here they are learned from the frame's own blurred copy, once per frame, so that
every worker comes to the same result at the same cost.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Pixels
from workers.capillary.helmy_regions import MAX_AREA_PX, MIN_AREA_PX, unlike

WINDOW_PX: Final = 15
PADDING_PX: Final = 50
CROP_PX: Final = 50
BLUR_OF: Final = 16
BLUR_SIGMA: Final = 3.0

Outline = npt.NDArray[np.int32]
"""(n, 2) int32: x then y, full-frame pixels."""


def background(pixels: Pixels) -> Pixels:
    """Return what Gaussian mixtures take for the background of a frame, both (height, width, 3) uint8 BGR."""
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (-(-width // BLUR_OF), -(-height // BLUR_OF)), interpolation=cv2.INTER_AREA)
    blurred = cv2.resize(cv2.GaussianBlur(small, (0, 0), BLUR_SIGMA), (width, height), interpolation=cv2.INTER_LINEAR)
    mixtures = cv2.createBackgroundSubtractorMOG2(detectShadows=False)
    mixtures.apply(blurred, learningRate=1.0)
    learned: Pixels = np.asarray(mixtures.getBackgroundImage(), np.uint8)
    return learned


def propose(pixels: Pixels) -> list[Outline]:
    """Find what differs from the frame's background; returns outlines, top to bottom."""
    mask = unlike(pixels, background(pixels), WINDOW_PX)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [
        contour.reshape(-1, 2).astype(np.int32, copy=False)
        for contour in contours
        if MIN_AREA_PX <= cv2.contourArea(contour) <= MAX_AREA_PX
    ]


def crops(pixels: Pixels, outlines: Sequence[Outline]) -> npt.NDArray[np.uint8]:
    """Cut each outline's box, padded, out of the frame and scale it: (n, 50, 50, 3) uint8 BGR."""
    cut = np.empty((len(outlines), CROP_PX, CROP_PX, 3), np.uint8)
    for crop, outline in zip(cut, outlines, strict=True):
        left, top, width, height = cv2.boundingRect(outline)
        rows = slice(max(0, top - PADDING_PX), top + height + PADDING_PX)
        columns = slice(max(0, left - PADDING_PX), left + width + PADDING_PX)
        cv2.resize(pixels[rows, columns], (CROP_PX, CROP_PX), dst=crop, interpolation=cv2.INTER_AREA)
    return cut


def area_px(outline: Outline) -> float:
    """Return the number of pixels inside an outline, its border included (Pick's theorem)."""
    return cv2.contourArea(outline) + len(outline) / 2 + 1.0
