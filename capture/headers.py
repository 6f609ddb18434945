"""The messages of capture: a frame to a worker; to the sink a frame without a value, the source, and its end. Pure."""

from capture.grabber import Grabbed
from stream.console.text import counted
from stream.protocol.contracts import FrameSource, extras_of
from stream.protocol.frames import EndOfStream, FrameHeader, SourceInfo
from stream.protocol.readings import DensityReading, unanalysed
from stream.protocol.stamp import FrameStamp, stamp_of
from stream.protocol.types import MAX_SENTENCE
from stream.protocol.wire import checked


def header_of(
    grabbed: Grabbed,
    *,
    source: str,
    seq: int,
    attempt: int,
    incarnation: int,
    picture: bool,
    um_per_px: float | None = None,
) -> FrameHeader:
    """Make the header that a worker gets. incarnation: of capture; picture: also encode one for the page.

    um_per_px: width of a pixel of this frame, µm; None if it is not known.

    Raises WireError if the source gave the frame a name or a time that no message holds.
    """
    header = FrameHeader(
        **_stamp(grabbed, source, seq, attempt, um_per_px).facts(),
        width=grabbed.grab.width,
        height=grabbed.grab.height,
        layout=grabbed.layout,
        ring=grabbed.ring,
        slot=grabbed.slot,
        generation=grabbed.generation,
        capture=incarnation,
        previous=grabbed.previous,
        thumbnail=grabbed.thumbnail,
        picture=picture,
        frozen=grabbed.frozen,
    )
    return checked(header)


def why_failed(grabbed: Grabbed, deaths: int) -> str:
    """Return why a frame is given up: it cannot be read, or so many workers died at it."""
    return grabbed.unreadable or f"the analysis died {counted(deaths, 'time')} on this frame"


def failed_reading(grabbed: Grabbed, *, session: str, source: str, seq: int, deaths: int) -> DensityReading:
    """Make the row of a frame that was given up.

    Raises WireError if the source gave the frame a name or a time that no message holds.
    """
    stamp = _stamp(grabbed, source, seq, attempt=max(1, deaths), um_per_px=None)
    return checked(unanalysed(stamp, session, why_failed(grabbed, deaths)))  # one that cannot be read has had no header


def source_info(source: FrameSource, name: str, started_ns: int, settled: int, um_per_px: float | None) -> SourceInfo:
    """Make what the sink must know of the source. settled: every seq below is on disk, for a sink that begins.

    name: of the source in this run. um_per_px: width of a pixel of its frames, µm; None if it is not known.

    Raises WireError if the source has a name, a size or a rate that no message holds.
    """
    info = SourceInfo(
        source=name,
        width=source.width,
        height=source.height,
        fps=source.fps,
        frames_expected=source.frame_count,
        live=source.live,
        started_ns=started_ns,
        settled=settled,
        um_per_px=um_per_px,
        treatment=extras_of(source).treatment,
    )
    return checked(info)


def end_of_stream(source: FrameSource, frames_read: int, reason: str) -> EndOfStream:
    """Make the message that no frame with a seq of `frames_read` or more comes; an empty reason is the regular end."""
    return EndOfStream(
        frames_read=frames_read,
        frames_expected=source.frame_count,
        reason=reason[:MAX_SENTENCE],
        lost_at_end=extras_of(source).lost_at_end,
    )


def _stamp(grabbed: Grabbed, source: str, seq: int, attempt: int, um_per_px: float | None) -> FrameStamp:
    time = grabbed.time
    return stamp_of(
        grabbed.grab,
        source=source,
        seq=seq,
        utc_ns=time.utc_ns,
        monotonic_ns=time.monotonic_ns,
        ready_ms=grabbed.ready_ms,
        attempt=attempt,
        um_per_px=um_per_px,
    )
