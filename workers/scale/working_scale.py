"""Frames of another scale are brought to that of the frames that the model knows. What was found is in frame pixels.

The labelled frames were published without a scale. It is taken as 1.27 µm per pixel: their capillaries, 46 px long in
the median, are 58 µm then. It was never measured, so frames from half of that to 1.33 times as wide pixels stay as
they are; up to there the model was tried (docs/models.md) or the scale may be the model's own.
"""

import math
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Analyser, Analysis, Frame, PictureObject, Pixels, Region

ASSUMED_UM_PER_PX: Final = 1.27
LEFT_AS_THEY_ARE: Final = (0.5, 1.33)
"""Widths of a pixel over the assumed one between which a frame is not resized."""
_MOST_ENLARGED: Final = 4.0
"""Pixels that are wider still, 5 µm, show no capillaries (8 µm): enlarging them brings none back."""
_SMALLEST_PX: Final = 64
_MOST_PX: Final = 4096 * 3072


def resizing(um_per_px: float | None, model_um_per_px: float | None, height: int, width: int) -> float:
    """Return by how much a frame is resized before it is analysed; 1 if it is left as it is.

    um_per_px: width of its pixels, µm; None if it is not known. model_um_per_px: that of the frames that the model
    knows, if a user has measured it. The resized frame is not smaller than the analysis takes, nor larger than the
    largest camera's.
    """
    if um_per_px is None:
        return 1.0
    wanted = um_per_px / (model_um_per_px or ASSUMED_UM_PER_PX)
    low, high = LEFT_AS_THEY_ARE
    if wanted > _MOST_ENLARGED or (model_um_per_px is None and low <= wanted <= high):
        return 1.0
    if wanted > 1:
        return max(1.0, min(wanted, math.sqrt(_MOST_PX / (height * width))))
    return min(1.0, max(wanted, _SMALLEST_PX / min(height, width)))


class AtWorkingScale:
    """Another analyser, whose frames are resized if their scale is known and is not the model's."""

    def __init__(self, analyser: Analyser, model_um_per_px: float | None) -> None:
        self._analyser, self._model_um_per_px = analyser, model_um_per_px
        self.model_id = analyser.model_id

    def __getattr__(self, name: str) -> object:
        """Return an optional attribute of the analyser, such as its transfer."""
        return getattr(self._analyser, name)

    def analyse(self, frame: Frame) -> Analysis:
        """See `stream.protocol.contracts.Analyser`. Lengths among the measures are in pixels of the resized frame."""
        height, width = frame.pixels.shape[:2]
        factor = resizing(frame.um_per_px, self._model_um_per_px, height, width)
        if factor == 1:
            return self._analyser.analyse(frame)
        size = round(width * factor), round(height * factor)
        found = self._analyser.analyse(replace(frame, pixels=_resized(frame.pixels, size)))
        back = np.array([width / size[0], height / size[1]])
        return replace(
            found,
            regions=[_region(one, back) for one in found.regions],
            objects=[_object(one, back) for one in found.objects],
        )


def _resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Return the picture of another size: averaged if it is smaller, cubic if it is larger."""
    smaller = size[0] < pixels.shape[1]
    resized = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
    return resized.astype(np.uint8, copy=False)


def _polygon(polygon_px: npt.NDArray[np.int32], back: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    return np.floor(polygon_px * back).astype(np.int32)


def _region(region: Region, back: npt.NDArray[np.float64]) -> Region:
    return replace(region, polygon_px=_polygon(region.polygon_px, back), area_px=region.area_px * float(back.prod()))


def _object(thing: PictureObject, back: npt.NDArray[np.float64]) -> PictureObject:
    return replace(thing, polygon_px=_polygon(thing.polygon_px, back), area_px=thing.area_px * float(back.prod()))
