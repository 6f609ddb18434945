"""What follows from the width of a pixel: areas, the count per mm², and the length of a scale bar. Pure."""

import math
from typing import NamedTuple

from stream.protocol.measures import CAPILLARIES_PER_AREA


class ScaleBar(NamedTuple):
    """A scale bar, and its length in words."""

    um: float
    px: float

    @property
    def text(self) -> str:
        """Its length as people read it; "um" for pictures whose font has no "µ"."""
        return f"{self.um:g} um"


def scale_bar(um_per_px: float, longest_px: float) -> ScaleBar:
    """Return the longest bar of 1, 2 or 5 times a power of ten µm that is not longer than `longest_px`."""
    longest_um = longest_px * um_per_px
    power = 10.0 ** math.floor(math.log10(longest_um))
    um = next(factor * power for factor in (5, 2, 1) if factor * power <= longest_um * (1 + 1e-9))
    return ScaleBar(um, um / um_per_px)


def per_mm2(count: int, analysed_pct: float, frame_mm2: float) -> dict[str, float]:
    """Return the value of `CAPILLARIES_PER_AREA` by its key; none if no tissue was analysed.

    analysed_pct: share of the frame that is tissue in view, %. frame_mm2: area of the whole frame, mm².
    """
    return {CAPILLARIES_PER_AREA.keys[0]: count / (frame_mm2 * analysed_pct / 100)} if analysed_pct > 0 else {}


def frame_mm2(width_px: int, height_px: int, um_per_px: float) -> float:
    """Return the area of a frame, mm²."""
    return width_px * height_px * (um_per_px / 1000) ** 2
