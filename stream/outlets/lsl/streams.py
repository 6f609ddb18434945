"""Which streams a source has in Lab Streaming Layer, and what a message is in them. Pure.

Channels are named as in docs/protocol.md; units are UCUM.
"""

from dataclasses import dataclass
from typing import Final, Literal

from stream.protocol.bedside import AlarmEvent, Marker
from stream.protocol.measures import CAPILLARY_COUNT, DENSITY
from stream.protocol.readings import DensityReading


@dataclass(frozen=True, slots=True)
class StreamKind:
    """A kind of stream. type: its content, as other programs look for it; channels: label and unit of each."""

    name: str
    type: str
    values: Literal["double64", "string"]
    channels: tuple[tuple[str, str], ...]


DENSITY_STREAM: Final = StreamKind(
    "density",
    "CapillaryDensity",
    "double64",
    (*((key, measure.ucum) for measure in (DENSITY, CAPILLARY_COUNT) for key in measure.keys), ("seq", "1")),
)
QUALITY_STREAM: Final = StreamKind(
    "quality", "Quality", "string", (("quality", ""), ("quality_reasons", ""), ("seq", ""))
)
MARKER_STREAM: Final = StreamKind(
    "markers", "Markers", "string", (("kind", ""), ("change", ""), ("id", ""), ("text", ""), ("until", "s"))
)


def density_sample(reading: DensityReading) -> list[float]:
    """Return the numbers of a reading; NaN for what it does not have."""
    keys = (*DENSITY.keys, *CAPILLARY_COUNT.keys)
    values = (getattr(reading, key) for key in keys)
    return [*(float("nan") if value is None else float(value) for value in values), float(reading.seq)]


def quality_sample(reading: DensityReading) -> list[str]:
    """Return good, poor, unusable or failed, and why."""
    why = reading.error if reading.status == "failed" else "; ".join(reading.quality_reasons)
    return [reading.quality or "failed", why, str(reading.seq)]


def marker_sample(marker: Marker, until_s: float | None) -> list[str]:
    """Return what was marked; until_s: end of a stretch, in s of LSL's clock."""
    until = "" if until_s is None else f"{until_s:.9f}"
    return [marker.kind, marker.change, str(marker.id), marker.text, until]


def alarm_sample(event: AlarmEvent) -> list[str]:
    """Return what happened to an alarm, or to all of them, as a marker."""
    said = {"priority": event.priority, "state": event.state, "value": event.value, "limit": event.limit}
    text = "; ".join(f"{name} {value}" for name, value in (said | event.limits).items() if value is not None)
    kind = f"alarm-{event.kind}" if event.kind else "alarms"
    return [kind, event.event, "" if event.id is None else str(event.id), text, ""]
