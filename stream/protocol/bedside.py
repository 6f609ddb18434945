"""Messages about alarms and markers, and the requests of the page that change them."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from stream.protocol.types import MAX_SENTENCE, Message, UtcNs

AlarmKind = Literal["low", "high", "fall", "signal", "technical"]
AlarmState = Literal["sounding", "acknowledged", "latched"]
Priority = Literal["high", "medium", "low"]
AlarmChange = (
    Literal["raised", "acknowledged", "latched", "returned", "suspended", "judged", "cleared", "ended"]
    | Literal["paused", "pause-ended", "limits"]
)
MarkerKind = (
    Literal["bolus", "fluid", "position", "pressure-released", "note"]
    | Literal["site-1", "site-2", "site-3", "site-4", "site-5"]
)
AlarmId = Annotated[int, Meta(ge=1, description="number of the alarm in the session")]
MarkerText = Annotated[str, Meta(max_length=200, description="free text, may be empty")]
Value = Annotated[
    float | None,
    Meta(description="density, %; of a fall how much of what it was, %; else s; of a full disk MB free"),
]
PausedUntil = Annotated[int | None, Meta(description="no sound before that, ns since 1970 UTC; null: not paused")]


class ActiveAlarm(Struct, frozen=True, kw_only=True):
    """An alarm that somebody should know of.

    acknowledged: it was seen, and its condition lasts. latched: its condition is over, and nobody has seen it.
    suspended: the signal is poor, so that density is not known: it neither sounds nor ends.
    """

    id: AlarmId
    kind: AlarmKind
    priority: Priority
    state: AlarmState
    since_ns: UtcNs
    value: Value
    limit: Value
    cause: str = ""
    suspended: bool = False


class AlarmEvent(Message, frozen=True, kw_only=True, tag="alarm"):
    """Sink to view and subscribers: something happened to an alarm, or to all of them (pause, limits)."""

    session: Annotated[str, Meta(max_length=100, description="identifier of the run")]
    source: Annotated[str, Meta(max_length=100, description="short name of the source")]
    event: Annotated[AlarmChange, Meta(description="what happened")]
    t_ns: UtcNs
    seq: Annotated[int | None, Meta(description="newest frame at that moment")] = None
    id: Annotated[int | None, Meta(description="number of the alarm in the session; null: of all alarms")] = None
    kind: Annotated[AlarmKind | None, Meta(description="what is wrong")] = None
    priority: Annotated[Priority | None, Meta(description="how urgent it is")] = None
    state: Annotated[AlarmState | None, Meta(description="of the alarm after it; null: it is over")] = None
    suspended: Annotated[bool, Meta(description="the signal is poor: neither sounds nor ends")] = False
    cause: Annotated[str, Meta(max_length=100, description="of a technical alarm: what is wrong")] = ""
    since_ns: Annotated[int | None, Meta(description="when the alarm began, ns since 1970 UTC")] = None
    value: Value = None
    limit: Annotated[float | None, Meta(description="what the value is compared with")] = None
    paused_until_ns: PausedUntil = None
    limits: Annotated[dict[str, float | str | bool | None], Meta(description="with `limits`: those from now on")] = (
        field(default_factory=dict)
    )


class AlarmsNow(Message, frozen=True, kw_only=True, tag="alarms"):
    """Sink to view: how all alarms stand."""

    active: tuple[ActiveAlarm, ...] = ()
    paused_until_ns: PausedUntil = None
    limits: dict[str, float | str | bool | None] = field(default_factory=dict)


class Marker(Message, frozen=True, kw_only=True, tag="marker"):
    """Sink to view and subscribers: a moment, or a stretch of time, that somebody marked, edited or removed."""

    session: Annotated[str, Meta(max_length=100, description="identifier of the run")]
    source: Annotated[str, Meta(max_length=100, description="short name of the source")]
    change: Annotated[Literal["set", "edited", "removed"], Meta(description="what happened to it")]
    t_changed_ns: Annotated[int, Meta(ge=0, description="when that was, ns since 1970 UTC")]
    id: Annotated[int, Meta(ge=1, description="number of the marker in the session")]
    kind: Annotated[MarkerKind, Meta(description="what was marked")]
    text: MarkerText
    seq: Annotated[int | None, Meta(description="the marked frame; null: there was none")]
    t_ns: UtcNs
    until_seq: Annotated[int | None, Meta(description="last frame of a stretch; null: a moment, or not over")] = None
    until_ns: Annotated[int | None, Meta(description="end of a stretch, ns since 1970 UTC")] = None
    measuring: Annotated[bool, Meta(description="a site that is being measured")] = False


class MarkersNow(Message, frozen=True, kw_only=True, tag="markers"):
    """Sink to view: all markers of the session."""

    markers: tuple[Marker, ...] = ()


Request = Annotated[int, Meta(ge=0, description="number of the request, for its answer")]


class KeepMarker(Message, frozen=True, kw_only=True, tag="keep-marker"):
    """View to sink: keep this marker; `id` 0: a new one. Neither seq nor t_ns: now."""

    request: Request
    id: Annotated[int, Meta(ge=0)] = 0
    kind: MarkerKind
    text: MarkerText = ""
    seq: int | None = None
    t_ns: Annotated[int, Meta(ge=0, le=2**63 - 1)] | None = None
    until_seq: int | None = None
    until_ns: int | None = None
    measuring: bool = False


class RemoveMarker(Message, frozen=True, kw_only=True, tag="remove-marker"):
    """View to sink: somebody does not want this marker any more."""

    request: Request
    id: int


class AcknowledgeAlarm(Message, frozen=True, kw_only=True, tag="acknowledge"):
    """View to sink: somebody has seen this alarm."""

    request: Request
    id: int


class PauseAlarms(Message, frozen=True, kw_only=True, tag="pause"):
    """View to sink: no sound for so long; 0: sound again."""

    request: Request
    seconds: Annotated[float, Meta(ge=0, le=600)]


class SetLimits(Message, frozen=True, kw_only=True, tag="set-limits"):
    """View to sink: these limits from now on; those not named stay."""

    request: Request
    limits: dict[str, float | str | bool | None]


class Answer(Message, frozen=True, kw_only=True, tag="answer"):
    """Sink to view: the request was carried out, or why not. What it changed was sent before."""

    request: Request
    id: Annotated[int, Meta(ge=0, description="of the marker that was kept")] = 0
    error: Annotated[str, Meta(max_length=MAX_SENTENCE)] = ""
    status: Annotated[int, Meta(description="of the HTTP answer where there is an error")] = 200
