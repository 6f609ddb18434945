"""What a reading holds of an analysis: the same whenever the same picture is analysed. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from stream.protocol.contracts import Analysis
from stream.protocol.measures import ANALYSED
from stream.readings.scale import frame_mm2, per_mm2

FROZEN: Final = "picture frozen"
"""The reason of a live source that has given the same picture for seconds, before those of the analysis."""


def determined(
    analysis: Analysis, *, width: int, height: int, um_per_px: float | None, frozen: bool = False
) -> dict[str, Any]:
    """Return the values of a reading by name: densities in %, count, quality with its reasons, measures.

    width, height: of the frame, px. um_per_px: width of a pixel, µm; None if it is not known.
    """
    per_area = _per_area(analysis, width, height, um_per_px)
    return {
        "density_pct": float(analysis.density_pct),
        "density_low_pct": float(analysis.density_low_pct),
        "density_high_pct": float(analysis.density_high_pct),
        "capillary_count": len(analysis.regions),
        "quality": "unusable" if frozen else analysis.quality.verdict,
        "quality_reasons": (*((FROZEN,) if frozen else ()), *analysis.quality.reasons),
        "measures": {
            name: float(value)
            for found in (analysis.quality.measures, analysis.measures, per_area)
            for name, value in found.items()
        },
    }


def _per_area(analysis: Analysis, width: int, height: int, um_per_px: float | None) -> Mapping[str, float]:
    """Return the count per mm² by its key; none without a scale. An analyser that does not say so analyses it all."""
    if um_per_px is None:
        return {}
    area_mm2 = frame_mm2(width, height, um_per_px)
    return per_mm2(len(analysis.regions), analysis.measures.get(ANALYSED.keys[0], 100.0), area_mm2)
