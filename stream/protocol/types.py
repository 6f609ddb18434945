"""Field types and limits that all messages share. Knows no socket and no bytes."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

PROTOCOL_VERSION: Final = 1
"""Counts up when a reader of the old messages would misread the new ones; new keys alone do not count."""
MAX_SENTENCE: Final = 2000
"""Characters of a text written for a person; its writer cuts what is longer."""
LONGEST_NAME: Final = 100
"""Characters of the short name of a source."""
MAX_BEYOND: Final = 1000
"""Seqs named one by one in a report of the sink."""
MAX_SLOTS: Final = 500
"""Frames that a ring holds."""
MAX_OBJECTS: Final = 200
"""Objects in a reading: more have no room on a screen, and the largest hide the most."""
MAX_TRANSFER: Final = 200
"""Characters of the sentence about a model's transfer: it has to fit on the foot of the page."""
MAX_TREATMENT: Final = 200
"""Characters of the sentence on how a source makes its pixels."""
Role = Literal["capture", "worker", "sink", "view", "recorder", "delivery", "publisher"]
Mode = Literal["live", "demo", "replay"]
LogFormat = Literal["text", "json"]
RunState = Literal["good", "poor signal", "stale", "no camera", "no analysis", "ended"]
Priority = Literal["high", "medium", "low"]
DropCause = Literal["overload", "restart", "not stored"]
"""Of a frame: a newer one was there, its process died, or the disk was full when it did."""
QualityVerdict = Literal["good", "poor", "unusable"]
"""Of the quality of a frame: whether it may be acted on."""
Session = Annotated[str, Meta(max_length=100, description="identifier of the run")]
Transfer = Annotated[
    str,
    Meta(
        max_length=MAX_TRANSFER,
        description="how good the model is on scenes it had not seen, in one sentence; empty if that is not said",
    ),
]
SourceName = Annotated[str, Meta(max_length=LONGEST_NAME, description="short name of the source")]
Seq = Annotated[int, Meta(ge=0, le=2**53, description="position in the run, from 0, without gaps")]
UtcNs = Annotated[int, Meta(ge=0, le=2**63 - 1, description="nanoseconds since 1970-01-01 UTC")]
FrameName = Annotated[
    str, Meta(max_length=300, description="the file's stem for pictures, else the index in the source")
]
Px = Annotated[int, Meta(ge=1, le=16384, description="px")]
Index = Annotated[int, Meta(ge=0, description="0, or the worker's number")]
Incarnation = Annotated[int, Meta(ge=0, description="counts the restarts of this role and index")]
NonNegative = Annotated[int, Meta(ge=0)]
Pct = Annotated[float, Meta(ge=0, le=100)]
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
LostFrames = Annotated[int, Meta(ge=0, le=2**53)]
UmPerPx = Annotated[float, Meta(ge=0.01, le=100)]
Reasons = Annotated[tuple[str, ...], Meta(max_length=100)]


class Message(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=False):
    """Base of all messages; `type` names the message, `v` the protocol version."""

    v: Annotated[int, Meta(ge=1, description="protocol version")] = PROTOCOL_VERSION
