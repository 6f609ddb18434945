"""Labels of the report: those of the page, and what a table words differently. Pure."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from stream.alarms.rules.table import rule_of
from stream.protocol.bedside import AlarmEvent
from stream.protocol.measures import DENSITY


class _SharedLabels(msgspec.Struct, frozen=True):
    """The labels by name. A limit has two: its own, and that of its value, with {} for the number."""

    markers: dict[str, str]
    qualities: dict[str, str]
    alarms: dict[str, str]
    causes: dict[str, str]
    events: dict[str, str]
    limits: dict[str, tuple[str, str]]


_PAGE: Final = Path(__file__).parents[1] / "static" / "text" / "labels.json"
_SHARED: Final = msgspec.json.decode(_PAGE.read_bytes(), type=_SharedLabels)
MARKERS: Final = _SHARED.markers
QUALITIES: Final = _SHARED.qualities
ALARMS: Final = _SHARED.alarms
_ROWS: Final = {
    "fall_over_s": ("Density falls, within", "{} s"),
    "over_s": ("Median of", "{} s"),
    "delay_s": ("Low and high last", "{} s"),
}
"""Limits in a row of a table; the page has them in a sentence."""
LIMITS: Final = {name: _ROWS.get(name, words) for name, words in _SHARED.limits.items() if name != "hysteresis"}


def marker_text(kind: str, text: str) -> str:
    """Name a marker as the page does; a note with words is called by them."""
    name = MARKERS.get(kind, kind)
    if not text:
        return name
    return text if kind == "note" else f"{name}: {text}"


def alarm_text(event: AlarmEvent) -> str:
    """Say what happened to which alarm, and with which values it began."""
    happened = _SHARED.events.get(event.event, event.event)
    if event.kind is None:
        return happened
    cause = f": {_SHARED.causes.get(event.cause, event.cause)}" if event.cause else ""
    unit = rule_of(event.kind, event.cause).unit
    compared = event.event in ("raised", "returned") and event.value is not None
    limit = _number_text(event.limit or 0, percent=unit == DENSITY.unit)
    values = f": {event.value:.1f} {unit}, limit {limit} {unit}" if compared else ""
    return f"{ALARMS[event.kind]}{cause} ({event.priority} priority) {happened}{values}"


def limit_text(name: str, value: Any) -> str:
    """Write a limit in words; 0 and None switch it off, except the times over which densities are judged."""
    if name not in LIMITS:
        return str(value)
    if not value and name not in ("over_s", "delay_s"):
        return "off"
    return LIMITS[name][1].format(_number_text(value, percent=name.endswith("_pct")))


def changed_limits_text(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Say which limits changed, and to what."""
    new = [(name, value) for name, value in after.items() if before.get(name) != value]
    return ", ".join(f"{LIMITS[name][0] if name in LIMITS else name} {limit_text(name, value)}" for name, value in new)


def _number_text(value: float, *, percent: bool) -> str:
    """Write a number as the page does: a percentage to the tenth, or to the hundredth if that says more."""
    return f"{value:.2f}".removesuffix("0") if percent else f"{value:g}"
