"""The steps of a frame's way, from the times that its reading carries. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from stream.protocol.readings import DensityReading


@dataclass(frozen=True, slots=True)
class FrameStep:
    """A part of a frame's way; began_ns, ended_ns: ns since 1970 UTC."""

    name: str
    began_ns: int
    ended_ns: int


def frame_steps(reading: DensityReading, arrived_ms: float) -> Iterator[FrameStep]:
    """Yield the steps of a frame in order, without a gap; one whose end is not known is a part of the next.

    arrived_ms: when the reading came to the outlet, since the capture. All times are of one clock that is never set
    back, laid onto the UTC of the capture. grab: until the pixels are here; dispatch: until a worker begins; analyse;
    order: until all readings before are there; commit: until it is written; publish: until the outlet has it.
    """
    ends_ms = {
        "grab": reading.ready_ms,
        "dispatch": reading.begun_ms,
        "analyse": reading.latency_ms,
        "order": reading.ordered_ms,
        "commit": reading.stored_ms,
        "publish": arrived_ms,
    }
    began_ns = reading.t_capture_ns
    for name, end_ms in ends_ms.items():
        if end_ms:
            ended_ns = max(began_ns, reading.t_capture_ns + round(end_ms * 1e6))
            yield FrameStep(name, began_ns, ended_ns)
            began_ns = ended_ns
