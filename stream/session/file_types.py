"""The types of what stands in regions.jsonl and summary.json, from which their JSON Schemas are made."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

_Corners = Annotated[list[tuple[int, int]], Meta(description="corners x, y, px of the full frame")]


class RegionOfFile(Struct, frozen=True, kw_only=True):
    """One capillary."""

    polygon_px: _Corners
    bbox_xywh_px: Annotated[tuple[int, int, int, int], Meta(description="left, top, width, height, px")]
    score: Annotated[float, Meta(ge=0, le=1, description="calibrated probability of being a capillary")]


class ObjectOfFile(Struct, frozen=True, kw_only=True):
    """Something that is not tissue."""

    name: Annotated[str, Meta(description='what it is: "hair"; "object" if that cannot be told')]
    polygon_px: _Corners


class RegionsLine(Struct, frozen=True, kw_only=True):
    """One line of regions.jsonl: the outlines of one frame; null if its analysis failed."""

    seq: Annotated[int, Meta(description="position in the run, from 0")]
    frame: Annotated[str, Meta(description="the file's stem for pictures, else the index in the source")]
    regions: list[RegionOfFile] | None
    objects: list[ObjectOfFile] | None


class SummaryDensity(Struct, frozen=True, kw_only=True):
    """Density over the good frames, %; null if there are none."""

    good_frames: int
    poor_frames: int
    unusable_frames: int
    share_good: Annotated[float | None, Meta(description="good frames over all frames, those that failed included")]
    density_mean_pct: float | None
    density_mean_low_pct: Annotated[float | None, Meta(description="of the mean's 90 % interval; null: not known")]
    density_mean_high_pct: float | None
    density_sd_pct: Annotated[float | None, Meta(description="standard deviation of the population, %")]
    density_median_pct: float | None
    density_min_pct: float | None
    density_max_pct: float | None
    capillary_count_mean: Annotated[float | None, Meta(description="per good frame")]


class Summary(Struct, frozen=True, kw_only=True):
    """What summary.json says of a run. More keys may be there; ignore those that you do not know."""

    status: Literal["complete", "incomplete"]
    reason: Annotated[str, Meta(description="why it is incomplete, else empty")]
    frames_asked: Annotated[int | None, Meta(description="only the first so many were asked for; null: all")]
    frames_expected: int
    frames_read: int
    frames_analysed: int
    frames_failed: int
    frames_dropped: int
    frames_late: Annotated[int, Meta(description="readings that came after a newer one was published")]
    frames_not_stored: Annotated[int, Meta(description="readings that a full disk did not take")]
    frames_lost: Annotated[int, Meta(description="frames that the source lost before they came here")]
    wall_s: Annotated[float, Meta(description="the whole run, s")]
    startup_s: Annotated[float, Meta(description="until the first frame, s")]
    frames_per_s: float
    cpu_ms_per_frame: float
    energy_j: float | None
    workers: int
    engine: str
    source: str
    source_sha256: str | None
    width: Annotated[int | None, Meta(description="of a frame, px")]
    height: Annotated[int | None, Meta(description="of a frame, px")]
    fps: Annotated[float | None, Meta(description="nominal frames per second; null: separate pictures")]
    duration_s: Annotated[float | None, Meta(description="from the first frame to the last, s of media time")]
    treatment: Annotated[
        str, Meta(description="choice that was made to get pixels, such as a field of two; else empty")
    ]
    um_per_px: Annotated[float | None, Meta(description="width of a pixel, µm; null: not known")]
    model_id: str
    config_sha256: str
    version: Annotated[str, Meta(description="of the program")]
    session: str
    density: SummaryDensity
