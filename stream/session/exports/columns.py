"""What the columns of a table of readings are: kind, unit, meaning. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from stream.protocol import measures
from stream.protocol.readings import DensityReading
from stream.session.result_files import csv_columns

Kind = Literal["integer", "number", "moment", "text"]

_KINDS: Final[dict[str, Kind]] = {
    "t_capture_utc": "moment",
    **dict.fromkeys(("time_s", "latency_ms"), "number"),
    **dict.fromkeys(("seq", "worker", "attempt", "device_frame", "device_ns", "lost_before"), "integer"),
}
_UNITS: Final = {"time_s": "s", "latency_ms": "ms", "device_ns": "ns"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column. unit: UCUM; empty if it has none."""

    name: str
    kind: Kind
    unit: str
    meaning: str


def columns() -> list[Column]:
    """Return the columns of readings.csv, in their order."""
    fields = msgspec.json.schema(DensityReading)["$defs"]["DensityReading"]["properties"]
    measured = {key: measure for measure in measures.MEASURES for key in measure.keys}
    return [_column(name, measured.get(name), fields.get(name, {})) for name in csv_columns()]


def _column(name: str, measure: measures.Measure | None, field: dict[str, str]) -> Column:
    if measure is None:
        meaning = field.get("description", "capture, UTC")
        return Column(name, _KINDS.get(name, "text"), _UNITS.get(name, ""), meaning)
    kind: Kind = "number" if measure.digits else "integer"
    return Column(name, kind, measure.ucum, field.get("description", measure.label))
