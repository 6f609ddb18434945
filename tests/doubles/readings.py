"""Readings and headers of frames with few words: the one place that spells out their fields."""

from typing import Any, Final

from stream.protocol.frames import FrameHeader
from stream.protocol.readings import DensityReading

START_NS: Final = 1_800_000_000_000_000_000

_PAGE: Final = {
    "session": "s1",
    "source": "scope",
    "density_pct": 6.25,
    "density_low_pct": 5.5,
    "density_high_pct": 7.0,
    "capillary_count": 41,
    "model_id": "cnn@abc",
    "latency_ms": 50.0,
}


def reading(seq: int = 0, **fields: Any) -> DensityReading:
    """Return a good reading of frame `seq`, 40 ms after the one before; any field may be given."""
    given: dict[str, Any] = {
        "session": "session",
        "source": "s",
        "seq": seq,
        "frame": f"f{seq}",
        "time_s": seq * 0.04,
        "t_capture_ns": START_NS + seq * 40_000_000,
        "status": "ok",
        "density_pct": 12.5,
        "density_low_pct": 11.0,
        "density_high_pct": 14.0,
        "capillary_count": 9,
        "quality": "good",
        "model_id": "model-1",
        "latency_ms": 20.0,
        "worker": 0,
        "attempt": 1,
    }
    return DensityReading(**given | fields)


def failed(seq: int = 0, **fields: Any) -> DensityReading:
    """Return the reading of a frame that could not be analysed."""
    nothing = dict.fromkeys(("density_pct", "density_low_pct", "density_high_pct", "capillary_count", "quality"))
    return reading(seq, **{"status": "failed", "error": "ValueError: why"} | nothing | fields)


def page_reading(seq: int = 0, **fields: Any) -> DensityReading:
    """Return a good reading as the tests of the page show it: frames at 10 per second, density 6.25 %."""
    return reading(seq, **_PAGE | {"frame": str(seq), "time_s": seq / 10} | fields)


def header(seq: int = 0, **fields: Any) -> FrameHeader:
    """Return the header of frame `seq`, 64 x 48 pixels in slot 0 of no ring; any field may be given."""
    given: dict[str, Any] = {
        "source": "s",
        "seq": seq,
        "frame": f"f{seq}",
        "time_s": 0.0,
        "t_capture_ns": 1,
        "t_grab_monotonic_ns": 1,
        "width": 64,
        "height": 48,
        "ring": "",
        "slot": 0,
        "generation": 0,
        "attempt": 1,
        "capture": 0,
    }
    return FrameHeader(**given | fields)
