"""What people call the things that are kept, on paper; the page's own words for them are in static/text.js. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from stream.alarms.rules.table import rule_of
from stream.protocol.bedside import AlarmEvent
from stream.protocol.measures import DENSITY

MARKERS: Final = {
    "bolus": "Bolus",
    "fluid": "Fluid",
    "position": "Position",
    **{f"site-{number}": f"Site {number}" for number in range(1, 6)},
    "pressure-released": "Pressure released",
    "note": "Note",
}
ALARMS: Final = {
    "low": "Low density",
    "high": "High density",
    "fall": "Density falls",
    "signal": "Poor signal",
    "technical": "Technical",
}
_CAUSES: Final = {"stale": "no reading", "disk": "disk nearly full"}
_EVENTS: Final = {
    "raised": "began",
    "returned": "began again",
    "acknowledged": "acknowledged",
    "cleared": "over",
    "ended": "session ended",
    "paused": "sound paused",
    "pause-ended": "pause ended",
    "limits": "limits changed",
}
LIMITS: Final = {
    "low_pct": ("Low density", "below {} %"),
    "high_pct": ("High density", "above {} %"),
    "fall_pct": ("Density falls", "by {} %"),
    "fall_over_s": ("Density falls, within", "{} s"),
    "over_s": ("Median of", "{} s"),
    "delay_s": ("Low and high last", "{} s"),
    "signal_after_s": ("Poor signal", "after {} s"),
    "technical_after_s": ("Technical", "after {} s"),
    "disk_free_mb": ("Disk", "below {} MB"),
}


def limit(name: str, value: Any) -> str:
    """A limit in words; 0 and nothing switch it off, but for lengths of time over which is judged."""
    if name not in LIMITS:
        return str(value)
    if not value and name not in ("over_s", "delay_s"):
        return "off"
    return LIMITS[name][1].format(_figure(value, percent=name.endswith("_pct")))


def _figure(value: float, *, percent: bool) -> str:
    """As the page writes it: a percentage to the tenth, or to the hundredth where that says more."""
    return f"{value:.2f}".removesuffix("0") if percent else f"{value:g}"


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Which limits changed, and to what."""
    new = [(name, value) for name, value in after.items() if before.get(name) != value]
    return ", ".join(f"{LIMITS[name][0] if name in LIMITS else name} {limit(name, value)}" for name, value in new)


def marker(kind: str, text: str) -> str:
    """As the page calls it; a note is its own text."""
    return (
        text if kind == "note" and text else f"{MARKERS.get(kind, kind)}: {text}" if text else MARKERS.get(kind, kind)
    )


def alarm(event: AlarmEvent) -> str:
    """What happened to which alarm, with what was compared where it began."""
    said = _EVENTS.get(event.event, event.event)
    if event.kind is None:
        return said
    cause = f": {_CAUSES.get(event.cause, event.cause)}" if event.cause else ""
    unit = rule_of(event.kind, event.cause).unit
    compared = event.event in ("raised", "returned") and event.value is not None
    limit_said = _figure(event.limit or 0, percent=unit == DENSITY.unit)
    values = f": {event.value:.1f} {unit}, limit {limit_said} {unit}" if compared else ""
    return f"{ALARMS[event.kind]}{cause} ({event.priority} priority) {said}{values}"
