"""The messages that processes and subscribers exchange: frozen, typed, every field described.

Knows no socket and no bytes (`stream.wire` does). `docs/protocol.md` is generated from this file.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

PROTOCOL_VERSION: Final = 1
"""Counts up when a reader of the old messages would misread the new ones; new keys alone do not count."""

MAX_SENTENCE: Final = 2000
"""Characters of a text written for a person; its writer cuts what is longer."""

MAX_BEYOND: Final = 1000
"""Seqs named one by one in a report of the sink."""

Role = Literal["capture", "worker", "sink", "view"]
Mode = Literal["live", "demo", "replay"]
State = Literal["good", "poor signal", "stale", "no camera", "no analysis", "ended"]

Seq = Annotated[int, Meta(ge=0, le=2**53, description="position in the run, from 0, without gaps")]
UtcNs = Annotated[int, Meta(ge=0, le=2**63 - 1, description="nanoseconds since 1970-01-01 UTC")]
FrameName = Annotated[
    str, Meta(max_length=300, description="the file's stem for pictures, else the index in the source")
]
Count = Annotated[int, Meta(ge=0)]
Pct = Annotated[float, Meta(ge=0, le=100)]
Reasons = Annotated[tuple[str, ...], Meta(max_length=100)]


class Message(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=False):
    """Base of all messages; `type` names the message, `v` the protocol version."""

    v: Annotated[int, Meta(ge=1, description="protocol version")] = PROTOCOL_VERSION


class FrameHeader(Message, frozen=True, kw_only=True, tag="frame"):
    """Capture to worker: a frame lies in the ring, analyse it."""

    source: Annotated[str, Meta(max_length=100, description="short name of the source")]
    seq: Seq
    frame: FrameName
    time_s: Annotated[float, Meta(description="media time from the start of the source, s")]
    t_capture_ns: UtcNs
    t_grab_monotonic_ns: Annotated[int, Meta(description="the same moment on this machine's monotonic clock, ns")]
    width: Annotated[int, Meta(ge=1, le=16384, description="px")]
    height: Annotated[int, Meta(ge=1, le=16384, description="px")]
    ring: Annotated[str, Meta(max_length=300, description="path of the ring that holds the pixels")]
    slot: Annotated[int, Meta(ge=0, description="slot of the ring that holds the pixels")]
    generation: Annotated[int, Meta(ge=0, description="the slot's generation while it holds this frame")]
    attempt: Annotated[int, Meta(ge=1, description="1 for the first dispatch of this frame")]
    capture: Annotated[int, Meta(ge=0, description="incarnation of the capture process that sent it")]
    previous: Annotated[
        Annotated[bytes, Meta(max_length=65536)] | None, Meta(description="thumbnail of the frame before")
    ] = None
    picture: Annotated[bool, Meta(description="also encode a picture for the page")] = False
    frozen: Annotated[bool, Meta(description="the source has given this same picture for seconds")] = False
    truth_density_pct: Annotated[float | None, Meta(description="true density where the source knows it, %")] = None


class RegionOutline(Struct, frozen=True, array_like=True):
    """One capillary's outline as it travels."""

    polygon: Annotated[bytes, Meta(max_length=65536, description="x, y pairs, little-endian int16, full-frame px")]
    score: Annotated[float, Meta(ge=0, le=1, description="calibrated probability of being a capillary")]


class DensityReading(Message, frozen=True, kw_only=True, tag="reading"):
    """Worker to sink, sink to view and subscribers: one frame's density, or why there is none."""

    session: Annotated[str, Meta(max_length=100, description="identifier of the run")]
    source: Annotated[str, Meta(max_length=100, description="short name of the source")]
    seq: Seq
    frame: FrameName
    time_s: Annotated[float, Meta(description="media time from the start of the source, s")]
    t_capture_ns: UtcNs
    t_published_ns: Annotated[int, Meta(ge=0, description="publication, ns since 1970 UTC; 0 before it")] = 0
    t_grab_monotonic_ns: Annotated[
        int, Meta(description="the capture on this machine's monotonic clock, ns, for ages that no clock step changes")
    ] = 0
    status: Annotated[Literal["ok", "failed"], Meta(description="failed: no values, see `error`")]
    error: Annotated[str, Meta(max_length=500, description="why the frame failed, else empty")] = ""
    density_pct: Annotated[Pct | None, Meta(description="capillary area over area analysed, %")] = None
    density_low_pct: Annotated[Pct | None, Meta(description="lower end of the 90 % interval, %")] = None
    density_high_pct: Annotated[Pct | None, Meta(description="upper end of the 90 % interval, %")] = None
    capillary_count: Annotated[Count | None, Meta(description="regions judged to be capillaries")] = None
    quality: Annotated[
        Literal["good", "poor", "unusable"] | None, Meta(description="whether the frame may be acted on")
    ] = None
    quality_reasons: Annotated[Reasons, Meta(description="why the quality is not good, in plain words")] = ()
    measures: Annotated[
        Annotated[dict[str, float], Meta(max_length=200)], Meta(description="quality measures by name")
    ] = {}
    model_id: Annotated[str, Meta(max_length=100, description="name and hash of the model")]
    latency_ms: Annotated[float, Meta(ge=0, description="grab to reading finished, ms")]
    worker: Annotated[int, Meta(ge=-1, description="the worker's number; -1: capture gave the frame up")]
    attempt: Annotated[int, Meta(ge=1, description="which dispatch of the frame gave this reading")]
    drops_total: Annotated[int, Meta(ge=0, description="frames captured but not analysed, so far in the session")] = 0
    truth_density_pct: Annotated[float | None, Meta(description="true density where the source knows it, %")] = None
    regions: Annotated[
        Annotated[tuple[RegionOutline, ...], Meta(max_length=20_000)] | None,
        Meta(description="outlines where asked for"),
    ] = None
    picture: Annotated[
        Annotated[bytes, Meta(max_length=2**21)] | None, Meta(description="JPEG of the frame where asked for")
    ] = None


class Drop(Message, frozen=True, kw_only=True, tag="drop"):
    """Capture to sink: a captured frame will never get a reading, and why."""

    seq: Seq
    cause: Annotated[
        Literal["overload", "restart", "not stored"],
        Meta(description="why: a newer frame was there, its process died, or the disk was full when it did"),
    ]


class SourceInfo(Message, frozen=True, kw_only=True, tag="source"):
    """Capture to sink and view: what is being watched."""

    source: Annotated[str, Meta(max_length=100, description="short name of the source")]
    width: Annotated[int, Meta(ge=1, le=16384, description="px")]
    height: Annotated[int, Meta(ge=1, le=16384, description="px")]
    fps: Annotated[float | None, Meta(description="nominal frames a second, where there is such a thing")]
    frames_expected: Annotated[Count | None, Meta(description="frames the container promises")]
    live: Annotated[bool, Meta(description="frames come at their own pace")]
    started_ns: Annotated[int, Meta(ge=0, description="when the first frame could be grabbed, ns since 1970 UTC")]
    settled: Annotated[int, Meta(ge=0, description="what came of earlier seqs was acknowledged by a sink")] = 0


class SourceTrouble(Message, frozen=True, kw_only=True, tag="source-trouble"):
    """Capture to sink: something is wrong with a live source, or is no more."""

    lost: Annotated[bool, Meta(description="no frames come; capture waits for them, or for the source itself")]
    reason: Annotated[str, Meta(max_length=MAX_SENTENCE, description="what is wrong; empty: nothing any more")] = ""


class EndOfStream(Message, frozen=True, kw_only=True, tag="end"):
    """Capture to sink: the source ended; no frame with a higher seq will come."""

    frames_read: Annotated[int, Meta(ge=0, description="frames grabbed")]
    frames_expected: Annotated[Count | None, Meta(description="frames the container promises")]
    reason: Annotated[str, Meta(max_length=MAX_SENTENCE, description="why it ended early, else empty")] = ""


class Done(Message, frozen=True, kw_only=True, tag="done"):
    """Worker to capture: a credit. The worker keeps the reading until it is on disk, for this sink or the next."""

    worker: int
    incarnation: int
    seq: Seq
    attempt: int
    capture: Annotated[int, Meta(ge=0, description="incarnation of the capture process that dispatched it")]
    read: Annotated[bool, Meta(description="false: the slot held another frame by then, there is no reading")] = True


class Committed(Message, frozen=True, kw_only=True, tag="committed"):
    """Sink to capture and workers: every seq below `next_seq` is on disk."""

    next_seq: Annotated[int, Meta(ge=0, description="the first seq that is not on disk")]
    sink: Annotated[int, Meta(ge=0, description="incarnation of the sink")]
    beyond: Annotated[
        tuple[Seq, ...], Meta(max_length=MAX_BEYOND, description="later seqs that the sink has, on disk or in hand")
    ] = ()
    after_death_of: Annotated[
        tuple[int, int] | None, Meta(description="a worker (number, incarnation) known to be dead when this was said")
    ] = None


class Hello(Message, frozen=True, kw_only=True, tag="hello"):
    """Child to supervisor: I am up, and this is where I listen."""

    role: Role
    index: Annotated[int, Meta(ge=0, description="0, or the worker's number")]
    incarnation: Annotated[int, Meta(ge=0, description="counts the restarts of this role and index")]
    endpoint: Annotated[str, Meta(max_length=300, description="ZeroMQ endpoint of its inbox")]
    pid: Annotated[int, Meta(ge=0)]
    detail: Annotated[str, Meta(max_length=300, description="model id of a worker, address of the page")] = ""


class Alive(Message, frozen=True, kw_only=True, tag="alive"):
    """Child to supervisor, twice a second: I am not hung."""

    role: Role
    index: int
    incarnation: int
    busy: Annotated[bool, Meta(description="at something that takes its time: do not wait for the next one")] = False


class PeerUp(Message, frozen=True, kw_only=True, tag="peer-up"):
    """Supervisor to child: this peer is there."""

    peer: Hello


class PeerDown(Message, frozen=True, kw_only=True, tag="peer-down"):
    """Supervisor to child: this peer is dead, and what was queued for it with it."""

    role: Role
    index: int
    incarnation: int


class RingNeeded(Message, frozen=True, kw_only=True, tag="ring-needed"):
    """Capture to supervisor: the source is open, this is the ring that its frames need."""

    slots: Annotated[int, Meta(ge=1, le=500)]
    slot_bytes: Annotated[int, Meta(ge=1)]


class RingReady(Message, frozen=True, kw_only=True, tag="ring-ready"):
    """Supervisor to capture: the ring, made anew or kept from the capture process before."""

    ring: Annotated[str, Meta(max_length=300, description="path to attach to")]


class Overdue(Message, frozen=True, kw_only=True, tag="overdue"):
    """Capture to supervisor: this worker has held a frame for longer than the deadline."""

    worker: int
    incarnation: int
    seq: Seq


class Progress(Message, frozen=True, kw_only=True, tag="progress"):
    """Sink to supervisor, view and subscribers (`status.<source>`): how the run stands."""

    session: Annotated[str, Meta(max_length=100, description="identifier of the run")]
    source: Annotated[str, Meta(max_length=100, description="short name of the source; empty while there is none")]
    mode: Annotated[Mode, Meta(description="demo: the synthetic microscope; replay: a recording; else live")]
    state: Annotated[State, Meta(description="whether there is a current value, and if not, why")]
    published: Annotated[int, Meta(ge=0, description="readings published")] = 0
    failed: Annotated[int, Meta(ge=0, description="frames whose analysis failed")] = 0
    dropped: Annotated[int, Meta(ge=0, description="frames captured but not analysed")] = 0
    late: Annotated[int, Meta(ge=0, description="readings that came after a newer one was published")] = 0
    frames_expected: Annotated[int | None, Meta(description="frames the container promises, where it does")] = None
    frames_per_s: Annotated[float, Meta(ge=0, description="readings published a second, over the last seconds")] = 0.0
    density_pct: Annotated[float | None, Meta(description="newest density, null unless it is good and current, %")] = (
        None
    )
    quality: Annotated[
        Literal["good", "poor", "unusable"] | None, Meta(description="quality of the newest reading")
    ] = None
    quality_reasons: Annotated[Reasons, Meta(description="why it is not good, in plain words")] = ()
    age_ms: Annotated[float | None, Meta(description="age of the newest reading, ms")] = None
    notices: Annotated[tuple[str, ...], Meta(description="what else people should know, in plain words")] = ()
    not_stored: Annotated[int, Meta(ge=0, description="readings that a full disk did not take")] = 0
    t_published_ns: Annotated[int, Meta(ge=0, description="ns since 1970 UTC")] = 0
    refused: Annotated[
        int, Meta(ge=0, description="messages and peers turned away: hostile bytes, wrong keys, other origins")
    ] = 0


class Noted(Message, frozen=True, kw_only=True, tag="noted"):
    """Child to supervisor, for the audit log, and to the sink, which counts what was refused."""

    what: Annotated[Literal["connected", "refused", "changed"], Meta(description="what happened")]
    where: Annotated[str, Meta(max_length=60, description="process or socket where it happened")]
    who: Annotated[str, Meta(max_length=200, description="name, key or address of who did it; empty: unknown")] = ""
    detail: Annotated[str, Meta(max_length=500, description="why it was refused, or what was changed")] = ""
    count: Annotated[int, Meta(ge=1, description="how many times")] = 1


class Engage(Message, frozen=True, kw_only=True, tag="engage"):
    """A run to a worker on another machine: who asks, and what readings are to hold. Each of its requests begins so."""

    session: Annotated[str, Meta(max_length=100, description="identifier of the run")]
    worker: Annotated[int, Meta(ge=0, description="its number in that run")]
    regions: Annotated[bool, Meta(description="outlines are wanted with every reading")]
    picture_width_px: Annotated[int, Meta(ge=16, le=16384)]
    version: Annotated[str, Meta(max_length=50, description="of the program")]
    analyser: Annotated[str, Meta(max_length=64, description="SHA-256 of the analyser's settings")]


class Engaged(Message, frozen=True, kw_only=True, tag="engaged"):
    """A worker on another machine to the run: what analyses there, or why it will not."""

    model_id: Annotated[str, Meta(max_length=100, description="name and hash of the model")]
    refusal: Annotated[str, Meta(max_length=500, description="empty where it will")] = ""


class Looking(Message, frozen=True, kw_only=True, tag="looking"):
    """View to capture: how many people look at the page. Pictures are encoded only when someone does."""

    viewers: Annotated[int, Meta(ge=0)]


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
    limits: Annotated[dict[str, float | str | bool | None], Meta(description="with `limits`: those from now on")] = {}


class AlarmsNow(Message, frozen=True, kw_only=True, tag="alarms"):
    """Sink to view: how all alarms stand."""

    active: tuple[ActiveAlarm, ...] = ()
    paused_until_ns: PausedUntil = None
    limits: dict[str, float | str | bool | None] = {}


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


class Finished(Message, frozen=True, kw_only=True, tag="finished"):
    """Sink to supervisor: everything is on disk; the exit code and the one-line result."""

    exit_code: int
    summary: Annotated[str, Meta(max_length=MAX_SENTENCE)] = ""


class Fatal(Message, frozen=True, kw_only=True, tag="fatal"):
    """Child to supervisor: restarting will not help (a user's mistake); this is the sentence to show."""

    role: Role
    exit_code: int
    sentence: Annotated[str, Meta(max_length=MAX_SENTENCE)]


class Stop(Message, frozen=True, kw_only=True, tag="stop"):
    """Supervisor to child: end. To capture, first of all with `final` false: grab no more, finish what you have.

    at_once: and wait no longer for frames that somebody is still at.
    """

    final: bool = True
    at_once: bool = False


AnyMessage = (
    FrameHeader
    | DensityReading
    | Drop
    | SourceInfo
    | SourceTrouble
    | EndOfStream
    | Done
    | Committed
    | Hello
    | Alive
    | PeerUp
    | PeerDown
    | RingNeeded
    | RingReady
    | Overdue
    | Progress
    | Noted
    | Engage
    | Engaged
    | Looking
    | AlarmEvent
    | AlarmsNow
    | Marker
    | MarkersNow
    | KeepMarker
    | RemoveMarker
    | AcknowledgeAlarm
    | PauseAlarms
    | SetLimits
    | Answer
    | Finished
    | Fatal
    | Stop
)
