"""The facts of a frame that travel with it from the source to its reading: `FrameStamp`.

A new fact is a field here and its value in `stamp_of`; header and reading then carry it. Pure.
"""

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from stream.protocol.types import FrameName, Int64, LostFrames, Message, Seq, SourceName, UmPerPx, UtcNs

if TYPE_CHECKING:  # a process that handles no pixels need not load numpy
    from stream.protocol.contracts import Grab


class FrameStamp(Message, frozen=True, kw_only=True):
    """Which frame a message is about, and when it was captured: base of the messages about one frame.

    Inherited, not a field of them, so that subscribers find these keys beside the others (docs/decisions, 3).
    """

    source: SourceName
    seq: Seq
    frame: FrameName
    time_s: Annotated[float, Meta(description="media time from the start of the source, s")]
    t_capture_ns: UtcNs
    t_grab_monotonic_ns: Annotated[
        int, Meta(description="the capture on this machine's monotonic clock, ns, for ages that no clock step changes")
    ] = 0
    ready_ms: Annotated[float, Meta(ge=0, description="grab until its pixels were here, ms; 0: not known")] = 0.0
    attempt: Annotated[int, Meta(ge=1, description="which dispatch of the frame, from 1")]
    truth_density_pct: Annotated[float | None, Meta(description="true density if the source knows it, %")] = None
    um_per_px: Annotated[UmPerPx | None, Meta(description="width of a pixel, µm; null: not known")] = None
    device_frame: Annotated[Int64 | None, Meta(description="number that the device gave the frame")] = None
    device_ns: Annotated[Int64 | None, Meta(description="when the device took it, ns on the device's own clock")] = None
    lost_before: Annotated[LostFrames, Meta(description="frames that the device lost just before this one")] = 0

    def since_grab_ms(self, monotonic_ns: int) -> float:
        """Return the time from the capture to a moment of this machine's monotonic clock, ms; 0 if it is not known."""
        return max(0.0, (monotonic_ns - self.t_grab_monotonic_ns) / 1e6) if self.t_grab_monotonic_ns else 0.0

    def facts(self) -> dict[str, Any]:
        """Return the stamp's fields by name, for another message about the same frame."""
        return {name: getattr(self, name) for name in FrameStamp.__struct_fields__}


def stamp_of(
    grab: "Grab",
    *,
    source: str,
    seq: int,
    utc_ns: int,
    monotonic_ns: int,
    ready_ms: float = 0.0,
    attempt: int = 1,
    um_per_px: float | None = None,
) -> FrameStamp:
    """Make the stamp of a frame that was grabbed at a moment, by UTC and by this machine's monotonic clock.

    ready_ms: how long after that its pixels were here, ms. um_per_px: width of a pixel of this frame, µm; None if it is
    not known.
    """
    return FrameStamp(
        source=source,
        seq=seq,
        frame=grab.name,
        time_s=grab.time_s,
        t_capture_ns=utc_ns,
        t_grab_monotonic_ns=monotonic_ns,
        ready_ms=ready_ms,
        attempt=attempt,
        truth_density_pct=grab.truth_density_pct,
        um_per_px=um_per_px,
        device_frame=grab.device_frame,
        device_ns=grab.device_ns,
        lost_before=grab.lost_before,
    )
