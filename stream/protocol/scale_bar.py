"""The length of a scale bar: a round number of µm that is at most so many pixels long. Pure."""

import math
from typing import NamedTuple


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
