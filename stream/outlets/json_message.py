"""A published message as a small JSON object, for receivers that are no part of this program. Pure.

Keys are those of docs/protocol.md, and `time`. What may name a person or a file is left out: `frame`, `error`,
`notices`, and a marker's `text` unless it is asked for.
"""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from stream.outlets.outlet import Published
from stream.protocol.bedside import AlarmEvent, Marker
from stream.protocol.readings import DensityReading, RunStatus

_HEAD: Final = ("type", "v", "session", "source")
_KEYS: Final[dict[type[Published], tuple[str, ...]]] = {
    DensityReading: (
        "seq", "t_capture_ns", "status", "density_pct", "density_low_pct", "density_high_pct", "capillary_count",
        "quality", "quality_reasons", "model_id", "drops_total",
    ),
    RunStatus: (
        "mode", "state", "t_published_ns", "density_pct", "quality", "quality_reasons", "age_ms", "frames_per_s",
        "published", "failed", "dropped", "lost",
    ),
    AlarmEvent: (
        "event", "t_ns", "seq", "id", "kind", "priority", "state", "suspended", "cause", "since_ns", "value", "limit",
        "paused_until_ns", "limits",
    ),
    Marker: ("change", "t_changed_ns", "id", "kind", "seq", "t_ns", "until_seq", "until_ns", "measuring"),
}  # fmt: skip


def json_fields(message: Published, *, marker_text: bool = False) -> dict[str, Any]:
    """Return what is sent of a message. `time` is its moment in RFC 3339: of a reading when it was captured."""
    fields = msgspec.to_builtins(message)
    keys = _HEAD + _KEYS[type(message)] + (("text",) if marker_text and isinstance(message, Marker) else ())
    return {key: fields[key] for key in keys} | {"time": rfc3339(moment_ns(message))}


def moment_ns(message: Published) -> int:
    """Return when that was which a message tells, ns since 1970 UTC."""
    match message:
        case DensityReading():
            return message.t_capture_ns
        case RunStatus():
            return message.t_published_ns
        case AlarmEvent():
            return message.t_ns
        case Marker():
            return message.t_changed_ns


def rfc3339(t_ns: int) -> str:
    """Return a moment, ns since 1970 UTC, to the nanosecond."""
    seconds, ns = divmod(t_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ns:09d}Z"
