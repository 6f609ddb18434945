"""Messages about the recording of a session's pictures: recorder to sink, page to recorder."""

from typing import Annotated

from msgspec import Meta, Struct

from stream.protocol.types import MAX_SENTENCE, Message


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


class KeepRecording(Message, frozen=True, kw_only=True, tag="keep-recording"):
    """View to sink to recorder: keep the pictures of the last minutes, and all that come."""

    request: Annotated[int, Meta(ge=0, description="number of the request, for its answer")]
    who: Annotated[str, Meta(max_length=200, description="address of who asked for it; empty: unknown")] = ""
