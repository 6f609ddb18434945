"""Frames whose scale is known are brought to that of the frames that the model knows; what was found is in theirs.

The labelled frames were published without a scale. It is taken as 0.8 µm per pixel, from two physical measures of
them that agree, and may be 0.6 to 1.1: docs/decisions/0011-scale.md.
"""

from dataclasses import replace
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Analyser, Analysis, Frame, PictureObject, Pixels, Quality, Region

WORKING_UM_PER_PX: Final = 0.8
LEFT_AS_THEY_ARE: Final = (0.64, 1.0)
"""Widths of a pixel, µm, between which a frame is not resized, as the model's own scale may be any of them."""
_MOST_ENLARGED: Final = 4.0
"""Up to that the density is within 9 % of the fine picture's; fivefold it is not (18 %), eightfold nothing is."""
_SMALLEST_PX: Final = 128
"""A field of 0.1 mm: of a smaller one too little is seen of what surrounds a capillary."""
_MOST_PX: Final = 32_000_000
"""Half a second and 300 MB for one frame on one core."""


class Resizing(NamedTuple):
    """By how much a frame is resized before it is analysed, and why it cannot be measured at its scale, or nothing."""

    factor: float = 1.0
    hindrance: str = ""


def resizing(um_per_px: float | None, model_um_per_px: float | None, height: int, width: int) -> Resizing:
    """Decide how a frame is analysed.

    um_per_px: width of its pixels, µm; None if it is not known. model_um_per_px: that of the frames that the model
    knows, if a user has measured it: then every frame with a scale is brought to it. A hindrance is a reason of
    quality; such a frame stays as it is.
    """
    if um_per_px is None:
        return Resizing()
    working = model_um_per_px or WORKING_UM_PER_PX
    wanted = um_per_px / working
    low, high = LEFT_AS_THEY_ARE
    if model_um_per_px is None and low <= um_per_px <= high:
        return Resizing()
    if wanted > _MOST_ENLARGED:
        most = _MOST_ENLARGED * working
        return Resizing(hindrance=f"another magnification: pixels of {um_per_px:.3g} µm, {most:.2g} at most")
    if min(height, width) * wanted < _SMALLEST_PX:
        seen, least = min(height, width) * um_per_px, _SMALLEST_PX * working
        return Resizing(hindrance=f"another magnification: a field of {seen:.2g} µm, {least:.3g} at least")
    if height * width * wanted**2 > _MOST_PX:
        seen, most = height * width * um_per_px**2 / 1e6, _MOST_PX * working**2 / 1e6
        return Resizing(hindrance=f"another magnification: {seen:.0f} mm² at once, {most:.0f} at most")
    return Resizing(wanted)


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
        height, width = frame.height, frame.width
        factor, hindrance = resizing(frame.um_per_px, self._model_um_per_px, height, width)
        if hindrance:
            found = self._analyser.analyse(frame)
            return replace(found, quality=Quality("unusable", (hindrance,), found.quality.measures))
        if factor == 1:
            return self._analyser.analyse(frame)
        size = round(width * factor), round(height * factor)
        found = self._analyser.analyse(Frame(_resized(frame.pixels, size), frame.previous, frame.seq, frame.um_per_px))
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
