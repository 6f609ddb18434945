"""What capture says of a frame: to a worker, that it lies in the ring; to the sink, that it has no value. Pure."""

from typing import Any

from capture.grabber import Grabbed
from stream.console.text import counted
from stream.protocol.frames import FrameHeader
from stream.protocol.readings import DensityReading
from stream.protocol.stamp import stamp_of
from stream.protocol.wire import checked


def header_of(grabbed: Grabbed, *, source: str, seq: int, attempt: int, incarnation: int, picture: bool) -> FrameHeader:
    """Make the header that a worker gets. incarnation: of capture; picture: also encode one for the page.

    Raises WireError if the source gave the frame a name or a time that no message holds.
    """
    header = FrameHeader(
        **_facts(grabbed, source, seq, attempt),
        width=grabbed.grab.width,
        height=grabbed.grab.height,
        ring=grabbed.ring,
        slot=grabbed.slot,
        generation=grabbed.generation,
        capture=incarnation,
        previous=grabbed.previous,
        picture=picture,
        frozen=grabbed.frozen,
    )
    return checked(header)


def why_failed(grabbed: Grabbed, deaths: int) -> str:
    """Why a frame is given up: it cannot be read, or ended so many workers."""
    return grabbed.unreadable or f"the analysis died {counted(deaths, 'time')} on this frame"


def failed_reading(grabbed: Grabbed, *, session: str, source: str, seq: int, deaths: int) -> DensityReading:
    """The row of a frame that was given up."""
    return DensityReading(
        **_facts(grabbed, source, seq, attempt=max(1, deaths)),
        session=session,
        status="failed",
        error=why_failed(grabbed, deaths)[:500],
        model_id="",
        latency_ms=0.0,
        worker=-1,
    )


def _facts(grabbed: Grabbed, source: str, seq: int, attempt: int) -> dict[str, Any]:
    moment = grabbed.moment
    stamp = stamp_of(
        grabbed.grab,
        source=source,
        seq=seq,
        utc_ns=moment.utc_ns,
        monotonic_ns=moment.monotonic_ns,
        attempt=attempt,
    )
    return stamp.facts()
