"""Readings with few words."""

from typing import Any

from stream.protocol.readings import DensityReading

START_NS = 1_800_000_000_000_000_000


def reading(seq: int, **fields: Any) -> DensityReading:
    """A good reading of frame `seq`, 40 ms after the one before; any field may be given."""
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


def failed(seq: int, **fields: Any) -> DensityReading:
    """A reading of a frame that could not be analysed."""
    nothing = dict.fromkeys(("density_pct", "density_low_pct", "density_high_pct", "capillary_count", "quality"))
    return reading(seq, **{"status": "failed", "error": "ValueError: why"} | nothing | fields)
