"""Which number a clinical record may take from a reading, and how far it is to be trusted. Pure."""

from typing import Final, Literal

from stream.alarms.rules.table import rule_of
from stream.protocol.bedside import AlarmEvent
from stream.protocol.readings import DensityReading

Trust = Literal["final", "not verified", "no value"]

_UCUM: Final = {"%": "%", "s": "s", "MB": "MBy"}


def trust_in(reading: DensityReading) -> Trust:
    """Return "final" for a good frame, "not verified" for a poor one, "no value" for one that is unusable or failed.

    A number that may not be acted on must not stand in a record as if it could be charted.
    """
    if reading.status == "failed" or reading.density_pct is None or reading.quality not in ("good", "poor"):
        return "no value"
    return "final" if reading.quality == "good" else "not verified"


def ucum_unit(alarm: AlarmEvent) -> str:
    """Return the UCUM unit of an alarm's value and limit; empty if the event is of no single alarm."""
    return _UCUM[rule_of(alarm.kind, alarm.cause).unit] if alarm.kind else ""
