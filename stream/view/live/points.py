"""A reading as the page's trend keeps it: a point. Pure."""

from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType

from stream.protocol.measures import further_values
from stream.protocol.readings import DensityReading
from stream.protocol.types import QualityVerdict

ReadingGrade = Literal["good", "poor", "unusable", "failed"]
GRADES: Final = {"good": 0, "poor": 1, "unusable": 2, "failed": 3}
"""The grades as numbers, in the trend and on the wire."""


class Point(Struct, frozen=True, kw_only=True, gc=False):
    """One reading as the trend keeps it, without picture and outlines.

    x_s: position on the trend's time axis: UTC seconds for live readings, media seconds for a replay. Never decreases.
    arrived_ns: when the view got it, on the view's own steady clock.
    measures: further measures by key; unset, and not sent, if there are none.
    """

    seq: int
    frame: str
    time_s: float
    t_capture_ns: int
    x_s: float
    arrived_ns: int
    grade: ReadingGrade
    quality_reasons: tuple[str, ...] = ()
    error: str = ""
    density_pct: float | None = None
    density_low_pct: float | None = None
    density_high_pct: float | None = None
    capillary_count: int | None = None
    latency_ms: float = 0.0
    drops_total: int = 0
    measures: dict[str, float] | UnsetType = UNSET


def point_of(reading: DensityReading, x_s: float, arrived_ns: int) -> Point:
    """Return the reading's point at a position on the axis, as it arrived."""
    return Point(
        seq=reading.seq,
        frame=reading.frame,
        time_s=reading.time_s,
        t_capture_ns=reading.t_capture_ns,
        x_s=x_s,
        arrived_ns=arrived_ns,
        grade=_grade(reading),
        quality_reasons=reading.quality_reasons,
        error=reading.error,
        density_pct=reading.density_pct,
        density_low_pct=reading.density_low_pct,
        density_high_pct=reading.density_high_pct,
        capillary_count=reading.capillary_count,
        latency_ms=reading.latency_ms,
        drops_total=reading.drops_total,
        measures=further_values(reading.measures) or UNSET,
    )


def verdict_of(point: Point) -> QualityVerdict | None:
    """Return the quality of a point as readings have it: None if the analysis failed."""
    return None if point.grade == "failed" else point.grade


def trend_values(point: Point) -> tuple[float, float, float] | None:
    """Return density, low and high for the trend, %; None unless the point is good."""
    if point.grade != "good" or point.density_pct is None:
        return None
    density, low, high = point.density_pct, point.density_low_pct, point.density_high_pct
    return density, density if low is None else low, density if high is None else high


def _grade(reading: DensityReading) -> ReadingGrade:
    """Grade a reading: without a value or without a quality it counts as failed, whatever its status says."""
    if reading.status == "failed" or reading.quality is None or reading.density_pct is None:
        return "failed"
    return reading.quality
