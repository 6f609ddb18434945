"""A session as EDF+: density, quality and further measures as equidistant samples, markers and alarms as annotations.

The number of samples per second is that of the readings, rounded: from the median of the times between them. A sample
has the values of the reading that is nearest in time, unchanged; none is made up between two readings. If no reading
is within one sampling period, or the nearest one is not good, the sample is -1, which no measure can be: EDF has no
other sign for a gap. The signal `quality` says which: 0 good, 1 poor, 2 unusable, 3 failed, -1 no reading.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stream.console.text import counted
from stream.errors import OutputError, UsageError
from stream.protocol.measures import CAPILLARY_COUNT, DENSITY, Measure, further
from stream.session.archive import Archive
from stream.session.exports.edf_file import Annotation, AnnotationRecords, Signal, digital, header, records_of

_NOTHING: Final = -1
_LONGEST_LABEL: Final = 16
_MOST_RECORDS: Final = 31 * 24 * 3600
_RECORDS_AT_ONCE: Final = 600
_MOST_PER_SECOND: Final = 1000

_PerReading = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Readings:
    """x: time of each reading, s, never decreasing; t_ns: its capture; signals: their values, NaN if there is none."""

    x: _PerReading
    t_ns: npt.NDArray[np.int64]
    signals: dict[Signal, _PerReading]


def write(archive: Archive, path: Path) -> str:
    """Write a session, and say what it was. Raises UsageError if it has no reading, OutputError, OSError."""
    facts = archive.facts()
    readings = _read(archive, media_time=facts.get("mode") == "replay")
    began_s = float(np.floor(readings.x[0]))
    count = int(readings.x[-1] - began_s) + 1
    if count > _MOST_RECORDS:
        raise OutputError(f"by its clock the session lasts {count // 86_400} days; EDF is written of at most 31")
    rate = _rate(readings.x)
    happened = list(_annotations(archive, facts, readings, began_s))
    began_ns = readings.t_ns[0] - round((readings.x[0] - began_s) * 1e9)
    began = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=round(int(began_ns) / 1e9))
    annotations = AnnotationRecords(happened, count)
    with path.open("wb") as file:
        file.write(header(began, list(readings.signals), rate, count, annotations))
        for first in range(0, count, _RECORDS_AT_ONCE):
            seconds = min(_RECORDS_AT_ONCE, count - first)
            samples = _samples(readings, began_s + first, seconds, rate)
            file.writelines(records_of(samples, first, annotations))
    return f"{counted(count * rate, 'sample')}, {rate} per second; {counted(len(happened), 'annotation')}"


def _read(archive: Archive, *, media_time: bool) -> _Readings:
    columns = archive.columns(media_time)
    if len(columns) == 0:
        raise UsageError(f"the session in {archive.path.parent} has no reading")
    good = columns["grade"] == 0
    values: dict[str, _PerReading] = dict(
        zip(DENSITY.keys, (columns[name] for name in ("density", "low", "high")), strict=True)
    )
    others = (CAPILLARY_COUNT, *further())
    names = [key for measure in others for key in measure.keys]
    table = np.array(list(archive.rows(names)), np.float64).reshape(-1, len(names))
    values |= {name: np.where(good, table[: len(good), place], np.nan) for place, name in enumerate(names)}
    signals = {
        _signal(measure, key, values[key]): values[key] for measure in (DENSITY, *others) for key in measure.keys
    }
    signals[Signal("quality", "", _NOTHING, 3)] = columns["grade"].astype(np.float64)
    known = {signal: of_it for signal, of_it in signals.items() if np.isfinite(of_it).any()}
    return _Readings(columns["x"], columns["t_ns"], known)


def _signal(measure: Measure, key: str, values: _PerReading) -> Signal:
    label = key if len(key) <= _LONGEST_LABEL else measure.name
    highest = np.ceil(np.max(values, initial=1, where=np.isfinite(values)))
    return Signal(label, measure.ucum, _NOTHING, int(highest))


def _rate(x: _PerReading) -> int:
    """Return samples per second: as many as there are readings."""
    steps = np.diff(x)
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 1.0
    return int(np.clip(round(1 / usual), 1, _MOST_PER_SECOND))


def _samples(readings: _Readings, from_s: float, seconds: int, rate: int) -> npt.NDArray[np.int16]:
    """Return the samples of so many records, (records, signals, rate) int16."""
    x = readings.x
    wanted = from_s + np.arange(seconds * rate) / rate
    after = np.clip(np.searchsorted(x, wanted), 1, max(1, len(x) - 1))
    before = after - 1
    after = np.minimum(after, len(x) - 1)
    nearest = np.where(wanted - x[before] <= x[after] - wanted, before, after)
    far = np.abs(x[nearest] - wanted) > 1 / rate
    sampled = [
        digital(np.where(far | np.isnan(values[nearest]), _NOTHING, values[nearest]), signal)
        for signal, values in readings.signals.items()
    ]
    return np.stack(sampled).reshape(len(sampled), seconds, rate).transpose(1, 0, 2)


def _annotations(archive: Archive, facts: dict[str, Any], readings: _Readings, began_s: float) -> Iterator[Annotation]:
    """Yield markers, then what happened to alarms."""
    names = (facts.get("session") or "", facts.get("source") or "")
    for marker in archive.markers(*names):
        onset_s = _place(readings, marker.t_ns)
        lasts_s = None if marker.until_ns is None else max(0.0, _place(readings, marker.until_ns) - onset_s)
        yield Annotation(onset_s - began_s, lasts_s, f"{marker.kind} {marker.text}".strip())
    for event in archive.events(*names):
        text = " ".join(filter(None, ("alarm", event.kind, event.event)))
        yield Annotation(_place(readings, event.t_ns) - began_s, None, text)


def _place(readings: _Readings, t_ns: int) -> float:
    """Return the time of a moment, s, on the axis of the readings.

    It is as long after the reading before it as the clock says, and no later than the next reading.
    """
    place = max(0, int(np.searchsorted(readings.t_ns, t_ns, side="right")) - 1)
    at_s = float(readings.x[place]) + (t_ns - int(readings.t_ns[place])) / 1e9
    return min(at_s, float(readings.x[place + 1])) if place + 1 < len(readings.x) else at_s
