"""Messages about alarms and markers, and the requests of the page that change them."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from stream.protocol.types import MAX_SENTENCE, Message, Priority, Session, SourceName, UtcNs

AlarmKind = Literal["low", "high", "fall", "signal", "technical"]
AlarmState = Literal["sounding", "acknowledged", "latched"]
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
AlarmLimit = Annotated[float | None, Meta(description="what the value is compared with")]
AlarmLimits = dict[str, float | str | bool | None]
PausedUntil = Annotated[int | None, Meta(description="no sound before that, ns since 1970 UTC; null: not paused")]


class ActiveAlarm(Struct, frozen=True, kw_only=True):
    """An alarm that calls for attention.

    acknowledged: it was seen, and its condition lasts. latched: its condition is over, and no person has seen it.
    suspended: the signal is poor, so that density is not known: it neither sounds nor ends.
    """

    id: AlarmId
    kind: Annotated[AlarmKind, Meta(description="what is wrong")]
    priority: Annotated[Priority, Meta(description="how urgent it is")]
    state: Annotated[AlarmState, Meta(description="sounding, acknowledged or latched")]
    since_ns: Annotated[UtcNs, Meta(description="when it began, ns since 1970 UTC")]
    value: Value
    limit: AlarmLimit
    cause: Annotated[str, Meta(description="of a technical alarm: what is wrong")] = ""
    suspended: Annotated[bool, Meta(description="the signal is poor: neither sounds nor ends")] = False


class AlarmEvent(Message, frozen=True, kw_only=True, tag="alarm"):
    """Sink to view and subscribers: something happened to an alarm, or to all of them (pause, limits)."""

    session: Session
    source: SourceName
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
    limit: AlarmLimit = None
    paused_until_ns: PausedUntil = None
    limits: Annotated[AlarmLimits, Meta(description="with `limits`: those from now on")] = field(default_factory=dict)


class AlarmsNow(Message, frozen=True, kw_only=True, tag="alarms"):
    """Sink to view: how all alarms stand."""

    active: Annotated[tuple[ActiveAlarm, ...], Meta(description="those that are not over, or not seen")] = ()
    paused_until_ns: PausedUntil = None
    limits: Annotated[AlarmLimits, Meta(description="those that are compared with now")] = field(default_factory=dict)


class Marker(Message, frozen=True, kw_only=True, tag="marker"):
    """Sink to view and subscribers: a moment or a stretch of time was marked, edited or removed."""

    session: Session
    source: SourceName
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

    markers: Annotated[tuple[Marker, ...], Meta(description="in order of time")] = ()


Request = Annotated[int, Meta(ge=0, description="number of the request, for its answer")]


class KeepMarker(Message, frozen=True, kw_only=True, tag="keep-marker"):
    """View to sink: keep this marker. With neither seq nor t_ns it marks the present moment."""

    request: Request
    id: Annotated[int, Meta(ge=0, description="of the marker that it replaces; 0: a new one")] = 0
    kind: Annotated[MarkerKind, Meta(description="what is marked")]
    text: MarkerText = ""
    seq: Annotated[int | None, Meta(description="the marked frame")] = None
    t_ns: Annotated[UtcNs | None, Meta(description="the marked moment, ns since 1970 UTC")] = None
    until_seq: Annotated[int | None, Meta(description="last frame of a stretch; null: a moment, or not over")] = None
    until_ns: Annotated[int | None, Meta(description="end of a stretch, ns since 1970 UTC")] = None
    measuring: Annotated[bool, Meta(description="a site that is being measured")] = False


class RemoveMarker(Message, frozen=True, kw_only=True, tag="remove-marker"):
    """View to sink: this marker is not wanted any more."""

    request: Request
    id: Annotated[int, Meta(description="of the marker")]


class AcknowledgeAlarm(Message, frozen=True, kw_only=True, tag="acknowledge"):
    """View to sink: a person has seen this alarm."""

    request: Request
    id: Annotated[int, Meta(description="of the alarm")]


class PauseAlarms(Message, frozen=True, kw_only=True, tag="pause"):
    """View to sink: no sound for so long."""

    request: Request
    seconds: Annotated[float, Meta(ge=0, le=600, description="s; 0: sound again")]


class SetLimits(Message, frozen=True, kw_only=True, tag="set-limits"):
    """View to sink: these limits from now on; those not named stay."""

    request: Request
    limits: Annotated[AlarmLimits, Meta(description="new values by name")]


class DismissPrevious(Message, frozen=True, kw_only=True, tag="dismiss-previous"):
    """View to sink: the notice of the session before this one was answered, and is not wanted any more."""

    request: Request


class KeepSession(Message, frozen=True, kw_only=True, tag="keep-session"):
    """View to sink: this session is to stay on disk after its end."""

    request: Request


class KeepRecording(Message, frozen=True, kw_only=True, tag="keep-recording"):
    """View to sink to recorder: keep the pictures of the last minutes, and all that come."""

    request: Request


class EndSession(Message, frozen=True, kw_only=True, tag="end-session"):
    """View to sink to supervisor: end the run in order, as if its time was over."""

    request: Request
    who: Annotated[str, Meta(max_length=200, description="address of who asked for it; empty: unknown")] = ""


class Answer(Message, frozen=True, kw_only=True, tag="answer"):
    """Sink to view: the request was carried out, or why not. What it changed was sent before."""

    request: Request
    id: Annotated[int, Meta(ge=0, description="of the marker that was kept")] = 0
    error: Annotated[str, Meta(max_length=MAX_SENTENCE, description="why not; empty: it was done")] = ""
    status: Annotated[int, Meta(description="of the HTTP answer if there is an error")] = 200
