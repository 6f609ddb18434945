"""Messages about readings: worker to sink, sink to view and subscribers."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from stream.protocol.outlets import OutletState
from stream.protocol.stamp import FrameStamp
from stream.protocol.types import (
    MAX_OBJECTS,
    MAX_SENTENCE,
    DropCause,
    Message,
    Mode,
    NonNegative,
    Pct,
    QualityVerdict,
    Reasons,
    Role,
    RunState,
    Session,
)


class RegionOutline(Struct, frozen=True, array_like=True):
    """One capillary's outline as it travels."""

    polygon: Annotated[bytes, Meta(max_length=65536, description="x, y pairs, little-endian int16, full-frame px")]
    score: Annotated[float, Meta(ge=0, le=1, description="calibrated probability of being a capillary")]


class ObjectOutline(Struct, frozen=True, array_like=True):
    """The outline of something that is not tissue, as it travels."""

    name: Annotated[str, Meta(max_length=40, description='what it is: "hair"; "object" if that cannot be told')]
    polygon: Annotated[bytes, Meta(max_length=65536, description="x, y pairs, little-endian int16, full-frame px")]


class DensityReading(FrameStamp, frozen=True, kw_only=True, tag="reading"):
    """Worker to sink, sink to view and subscribers: one frame's density, or why there is none."""

    session: Session
    t_published_ns: Annotated[int, Meta(ge=0, description="publication, ns since 1970 UTC; 0 before it")] = 0
    status: Annotated[Literal["ok", "failed"], Meta(description="failed: no values, see `error`")]
    error: Annotated[str, Meta(max_length=500, description="why the frame failed, else empty")] = ""
    density_pct: Annotated[Pct | None, Meta(description="capillary area over the area of the tissue analysed, %")] = (
        None
    )
    density_low_pct: Annotated[Pct | None, Meta(description="lower end of the 90 % interval, %")] = None
    density_high_pct: Annotated[Pct | None, Meta(description="upper end of the 90 % interval, %")] = None
    capillary_count: Annotated[NonNegative | None, Meta(description="regions judged to be capillaries")] = None
    quality: Annotated[QualityVerdict | None, Meta(description="whether the frame may be acted on")] = None
    quality_reasons: Annotated[Reasons, Meta(description="why the quality is not good, in plain words")] = ()
    measures: Annotated[
        Annotated[dict[str, float], Meta(max_length=200)],
        Meta(description="quality measures by name, further measures by key"),
    ] = field(default_factory=dict)
    model_id: Annotated[str, Meta(max_length=100, description="name and hash of the model")]
    latency_ms: Annotated[float, Meta(ge=0, description="grab to reading finished, ms")]
    begun_ms: Annotated[float, Meta(ge=0, description="grab until the analysis began, ms; 0: not known")] = 0.0
    ordered_ms: Annotated[
        float, Meta(ge=0, description="grab until all readings before it were there, ms; 0: not known")
    ] = 0.0
    stored_ms: Annotated[
        float, Meta(ge=0, description="grab until the sink had written it, ms; 0: not known; then it was published")
    ] = 0.0
    worker: Annotated[int, Meta(ge=-1, description="the worker's number; -1: capture gave the frame up")]
    drops_total: Annotated[int, Meta(ge=0, description="frames captured but not analysed, so far in the session")] = 0
    regions: Annotated[
        Annotated[tuple[RegionOutline, ...], Meta(max_length=20_000)] | None,
        Meta(description="outlines if asked for"),
    ] = None
    objects: Annotated[
        Annotated[tuple[ObjectOutline, ...], Meta(max_length=MAX_OBJECTS)] | None,
        Meta(description="outlines of what is not tissue, the largest, with the outlines of capillaries"),
    ] = None
    picture: Annotated[
        Annotated[bytes, Meta(max_length=2**21)] | None, Meta(description="JPEG of the frame if asked for")
    ] = None


def unanalysed(stamp: FrameStamp, session: str, why: str) -> DensityReading:
    """Make the failed reading of a frame that no worker can analyse."""
    return DensityReading(
        **stamp.facts(), session=session, status="failed", error=why[:500], model_id="", latency_ms=0.0, worker=-1
    )


class RecordingStatus(Struct, frozen=True, kw_only=True):
    """How the recording of a session's pictures stands."""

    recorded: Annotated[int, Meta(ge=0, description="frames recorded")] = 0
    not_recorded: Annotated[int, Meta(ge=0, description="frames captured and not recorded")] = 0
    minutes: Annotated[float, Meta(ge=0, description="length of what is on disk, min")] = 0.0
    last_minutes: Annotated[float, Meta(ge=0, description="only so many are on disk until they are kept; 0: all")] = 0.0
    stays: Annotated[bool, Meta(description="the pictures stay on disk after the end of the session")] = True
    stopped: Annotated[str, Meta(max_length=MAX_SENTENCE, description="why no more is recorded; empty: it is")] = ""


class Recorded(Message, frozen=True, kw_only=True, tag="recorded"):
    """Recorder to sink, twice a second: how the recording stands."""

    status: Annotated[RecordingStatus, Meta(description="how it stands")]


class Workings(Struct, frozen=True, kw_only=True):
    """What goes on inside a run, for those who look after it."""

    drops: Annotated[
        dict[DropCause, int], Meta(description="frames captured but not analysed, by cause, since the sink was started")
    ] = field(default_factory=dict)
    restarts: Annotated[
        dict[Role, int], Meta(description="how often processes were started again, by role; left out: never")
    ] = field(default_factory=dict)
    ring_slots: Annotated[int, Meta(ge=0, description="frames that the ring in memory holds; 0: not known")] = 0
    ring_used: Annotated[int, Meta(ge=0, description="of those, how many are in use")] = 0
    waiting: Annotated[int, Meta(ge=0, description="readings that wait for the reading of an earlier frame")] = 0


class RunStatus(Message, frozen=True, kw_only=True, tag="progress"):
    """Sink to supervisor, view and subscribers (`status.<source>`): how the run stands."""

    session: Session
    source: Annotated[str, Meta(max_length=100, description="short name of the source; empty while there is none")]
    mode: Annotated[Mode, Meta(description="demo: the synthetic microscope; replay: a recording; else live")]
    state: Annotated[RunState, Meta(description="whether there is a current value, and if not, why")]
    published: Annotated[int, Meta(ge=0, description="readings published")] = 0
    failed: Annotated[int, Meta(ge=0, description="frames whose analysis failed")] = 0
    dropped: Annotated[int, Meta(ge=0, description="frames captured but not analysed")] = 0
    late: Annotated[int, Meta(ge=0, description="readings that came after a newer one was published")] = 0
    lost: Annotated[int, Meta(ge=0, description="frames that the source lost before they came here")] = 0
    frames_expected: Annotated[int | None, Meta(description="frames the container promises; null: unknown")] = None
    frames_per_s: Annotated[float, Meta(ge=0, description="readings published per second, over the last seconds")] = 0.0
    density_pct: Annotated[float | None, Meta(description="newest density, null unless it is good and current, %")] = (
        None
    )
    quality: Annotated[QualityVerdict | None, Meta(description="quality of the newest reading")] = None
    quality_reasons: Annotated[Reasons, Meta(description="why it is not good, in plain words")] = ()
    age_ms: Annotated[float | None, Meta(description="age of the newest reading, ms")] = None
    notices: Annotated[tuple[str, ...], Meta(description="what else people should know, in plain words")] = ()
    not_stored: Annotated[int, Meta(ge=0, description="readings that a full disk did not take")] = 0
    t_published_ns: Annotated[int, Meta(ge=0, description="ns since 1970 UTC")] = 0
    kept: Annotated[bool, Meta(description="the session stays on disk after its end")] = True
    recording: Annotated[RecordingStatus | None, Meta(description="of the pictures; null: not recorded")] = None
    outlets: Annotated[
        tuple[OutletState, ...], Meta(max_length=40, description="how the configured outlets stand")
    ] = ()
    refused: Annotated[
        int, Meta(ge=0, description="messages and peers turned away: hostile bytes, wrong keys, other origins")
    ] = 0
    workings: Annotated[Workings, Meta(description="what goes on inside, for those who look after it")] = Workings()
