"""A reading as programs get it over HTTP, under the names that it has everywhere else. Pure."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from stream.protocol.types import QualityVerdict
from stream.view.live.points import Point, verdict_of

Axis = Annotated[float, Meta(description="position on the trend's axis, s: UTC, or media time in a replay")]


class ShownReading(Struct, frozen=True, kw_only=True):
    """One reading of the last seconds."""

    seq: Annotated[int, Meta(description="position in the run, from 0, without gaps")]
    frame: Annotated[str, Meta(description="the file's stem for pictures, else the index in the source")]
    time_s: Annotated[float, Meta(description="media time from the start of the source, s")]
    t_capture_ns: Annotated[int, Meta(description="capture, ns since 1970 UTC")]
    t_arrived_ns: Annotated[int, Meta(description="arrival at the page's process, ns since 1970 UTC, never set back")]
    x: Axis
    status: Annotated[Literal["ok", "failed"], Meta(description="failed: no values, see `error`")]
    error: Annotated[str, Meta(description="why the frame failed, else empty")]
    density_pct: Annotated[float | None, Meta(description="capillary area over the area of the tissue analysed, %")]
    density_low_pct: Annotated[float | None, Meta(description="lower end of the 90 % interval, %")]
    density_high_pct: Annotated[float | None, Meta(description="upper end of the 90 % interval, %")]
    capillary_count: Annotated[int | None, Meta(description="regions judged to be capillaries")]
    quality: Annotated[QualityVerdict | None, Meta(description="whether the frame may be acted on; null: it failed")]
    quality_reasons: Annotated[tuple[str, ...], Meta(description="why the quality is not good, in plain words")]
    latency_ms: Annotated[float, Meta(description="grab to reading finished, ms")]
    drops_total: Annotated[int, Meta(description="frames captured but not analysed, so far in the session")]
    measures: Annotated[
        dict[str, float] | UnsetType, Meta(description="measures beside density, by key; left out if there are none")
    ] = UNSET


def shown_reading(point: Point) -> ShownReading:
    """Return the reading that a point stands for."""
    return ShownReading(
        seq=point.seq,
        frame=point.frame,
        time_s=point.time_s,
        t_capture_ns=point.t_capture_ns,
        t_arrived_ns=point.arrived_ns,
        x=round(point.x_s, 3),
        status="failed" if point.grade == "failed" else "ok",
        error=point.error,
        density_pct=point.density_pct,
        density_low_pct=point.density_low_pct,
        density_high_pct=point.density_high_pct,
        capillary_count=point.capillary_count,
        quality=verdict_of(point),
        quality_reasons=point.quality_reasons,
        latency_ms=point.latency_ms,
        drops_total=point.drops_total,
        measures=point.measures,
    )
