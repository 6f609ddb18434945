"""What capture says of a frame: to a worker, that it lies in the ring; to the sink, that it has no value. Pure."""

from capture.grabber import Grabbed
from stream.console.text import counted
from stream.protocol.frames import FrameHeader
from stream.protocol.readings import DensityReading
from stream.protocol.wire import checked


def header_of(grabbed: Grabbed, *, source: str, seq: int, attempt: int, incarnation: int, picture: bool) -> FrameHeader:
    """Make the header that a worker gets. incarnation: of capture; picture: also encode one for the page.

    Raises WireError if the source gave the frame a name or a time that no message holds.
    """
    grab = grabbed.grab
    header = FrameHeader(
        source=source,
        seq=seq,
        frame=grab.name,
        time_s=grab.time_s,
        t_capture_ns=grabbed.moment.utc_ns,
        t_grab_monotonic_ns=grabbed.moment.monotonic_ns,
        width=grab.width,
        height=grab.height,
        ring=grabbed.ring,
        slot=grabbed.slot,
        generation=grabbed.generation,
        attempt=attempt,
        capture=incarnation,
        previous=grabbed.previous,
        picture=picture,
        frozen=grabbed.frozen,
        truth_density_pct=grab.truth_density_pct,
    )
    return checked(header)


def why_failed(grabbed: Grabbed, deaths: int) -> str:
    """Why a frame is given up: it cannot be read, or ended so many workers."""
    return grabbed.unreadable or f"the analysis died {counted(deaths, 'time')} on this frame"


def failed_reading(grabbed: Grabbed, *, session: str, source: str, seq: int, deaths: int) -> DensityReading:
    """The row of a frame that was given up."""
    return DensityReading(
        session=session,
        source=source,
        seq=seq,
        frame=grabbed.grab.name,
        time_s=grabbed.grab.time_s,
        t_capture_ns=grabbed.moment.utc_ns,
        status="failed",
        error=why_failed(grabbed, deaths)[:500],
        model_id="",
        latency_ms=0.0,
        worker=-1,
        attempt=max(1, deaths),
        t_grab_monotonic_ns=grabbed.moment.monotonic_ns,
    )
