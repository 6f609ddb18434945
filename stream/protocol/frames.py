"""Messages about frames: capture to workers, sink and supervisor, and the acknowledgements back.

A worker's credit (`Done`) frees the worker, not the frame: the slot of the ring stays taken until the sink reports the
reading as stored (`Committed`). So a frame whose worker or sink dies in between can be dispatched again, and no frame
is lost or counted twice. Three numbers keep what is said before a death apart from what is said after it: `attempt`
(which dispatch of a frame), `capture` (which incarnation of the capture process) and `sink` (which one of the sink).
"""

from typing import Annotated

from msgspec import Meta

from stream.pixels.layouts import PixelLayout
from stream.protocol.stamp import FrameStamp
from stream.protocol.types import (
    MAX_BEYOND,
    MAX_SENTENCE,
    MAX_SLOTS,
    MAX_TREATMENT,
    DropCause,
    Incarnation,
    LostFrames,
    Message,
    NonNegative,
    Px,
    Seq,
    SourceName,
    UmPerPx,
)


class FrameHeader(FrameStamp, frozen=True, kw_only=True, tag="frame"):
    """Capture to worker: a frame lies in the ring, analyse it."""

    width: Px
    height: Px
    layout: Annotated[PixelLayout, Meta(description="how the pixels lie in memory")] = "bgr"
    ring: Annotated[str, Meta(max_length=300, description="path of the ring that holds the pixels")]
    slot: Annotated[int, Meta(ge=0, description="slot of the ring that holds the pixels")]
    generation: Annotated[int, Meta(ge=0, description="the slot's generation while it holds this frame")]
    capture: Annotated[int, Meta(ge=0, description="incarnation of the capture process that sent it")]
    previous: Annotated[
        Annotated[bytes, Meta(max_length=65536)] | None, Meta(description="thumbnail of the frame before")
    ] = None
    thumbnail: Annotated[
        Annotated[bytes, Meta(max_length=65536)] | None, Meta(description="thumbnail of this frame; null: not made yet")
    ] = None
    picture: Annotated[bool, Meta(description="also encode a picture for the page")] = False
    frozen: Annotated[bool, Meta(description="the source has given this same picture for seconds")] = False


class Drop(Message, frozen=True, kw_only=True, tag="drop"):
    """Capture to sink: a captured frame will never get a reading, and why."""

    seq: Seq
    cause: Annotated[
        DropCause, Meta(description="why: a newer frame was there, its process died, or the disk was full when it did")
    ]
    lost_before: Annotated[LostFrames, Meta(description="frames that the device lost just before this one")] = 0


class SourceInfo(Message, frozen=True, kw_only=True, tag="source"):
    """Capture to sink and view: what is being watched."""

    source: SourceName
    width: Px
    height: Px
    fps: Annotated[float | None, Meta(description="nominal frames per second; null if there is no such thing")]
    frames_expected: Annotated[NonNegative | None, Meta(description="frames the container promises; null: unknown")]
    live: Annotated[bool, Meta(description="frames come at their own pace")]
    started_ns: Annotated[int, Meta(ge=0, description="when the first frame could be grabbed, ns since 1970 UTC")]
    um_per_px: Annotated[UmPerPx | None, Meta(description="width of a pixel, µm; null: not known")] = None
    treatment: Annotated[
        str,
        Meta(max_length=MAX_TREATMENT, description="choice that was made to get pixels, in one sentence; else empty"),
    ] = ""
    settled: Annotated[int, Meta(ge=0, description="what came of earlier seqs was acknowledged by a sink")] = 0


class SourceTrouble(Message, frozen=True, kw_only=True, tag="source-trouble"):
    """Capture to sink: something is wrong with a live source, or is no more."""

    lost: Annotated[bool, Meta(description="no frames come; capture waits for them, or for the source itself")]
    reason: Annotated[str, Meta(max_length=MAX_SENTENCE, description="what is wrong; empty: nothing any more")] = ""


class EndOfStream(Message, frozen=True, kw_only=True, tag="end"):
    """Capture to sink: the source ended; no frame with a higher seq will come."""

    frames_read: Annotated[int, Meta(ge=0, description="frames grabbed")]
    frames_expected: Annotated[NonNegative | None, Meta(description="frames the container promises; null: unknown")]
    reason: Annotated[str, Meta(max_length=MAX_SENTENCE, description="why it ended early, else empty")] = ""
    lost_at_end: Annotated[LostFrames, Meta(description="frames that the device lost after the last one")] = 0


class Done(Message, frozen=True, kw_only=True, tag="done"):
    """Worker to capture: a credit. The worker keeps the reading until it is on disk, for this sink or the next."""

    worker: Annotated[int, Meta(description="the worker's number")]
    incarnation: Incarnation
    seq: Seq
    attempt: Annotated[int, Meta(description="of the dispatch that it answers")]
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


class RingNeeded(Message, frozen=True, kw_only=True, tag="ring-needed"):
    """Capture to supervisor: the source is open, this is the ring that its frames need."""

    slots: Annotated[int, Meta(ge=1, le=MAX_SLOTS, description="frames that it holds")]
    slot_bytes: Annotated[int, Meta(ge=1, description="bytes of the largest frame")]


class RingReady(Message, frozen=True, kw_only=True, tag="ring-ready"):
    """Supervisor to capture: the ring, made anew or kept from the capture process before."""

    ring: Annotated[str, Meta(max_length=300, description="path to attach to")]


class RingUse(Message, frozen=True, kw_only=True, tag="ring-use"):
    """Capture to sink, twice a second: how full the ring is."""

    slots: Annotated[int, Meta(ge=0, description="frames that it holds")]
    used: Annotated[int, Meta(ge=0, description="slots that hold a frame, or are being filled")]


class Overdue(Message, frozen=True, kw_only=True, tag="overdue"):
    """Capture to supervisor: this worker has held a frame for longer than the deadline."""

    worker: Annotated[int, Meta(description="the worker's number")]
    incarnation: Incarnation
    seq: Seq


class Looking(Message, frozen=True, kw_only=True, tag="looking"):
    """View to capture: how many pages want pictures. Pictures are encoded only while one does."""

    viewers: Annotated[int, Meta(ge=0, description="pages that want pictures")]
