"""Structured Reports as a reader of another program sees them: by codes, without the code that wrote them."""

from collections.abc import Iterator
from datetime import UTC, datetime

from pydicom.dataset import Dataset

from stream.dicom.codes import SCHEME


def items(report: Dataset) -> Iterator[Dataset]:
    """Yield all items of a report's tree, from the top."""
    for item in report.get("ContentSequence", []):
        yield item
        yield from items(item)


def numbers(report: Dataset) -> dict[str, tuple[float, str]]:
    """Return the measurements in this program's codes, with their units in UCUM."""
    found = {}
    for item in items(report):
        name = item.ConceptNameCodeSequence[0]
        if item.ValueType == "NUM" and name.CodingSchemeDesignator == SCHEME:
            value = item.MeasuredValueSequence[0]
            unit = value.MeasurementUnitsCodeSequence[0]
            assert unit.CodingSchemeDesignator == "UCUM"
            found[name.CodeValue] = (float(value.get("FloatingPointValue", value.NumericValue)), unit.CodeValue)
    return found


def text(report: Dataset, meaning: str) -> str:
    """Return the text, or the code, of the first item of that name; empty if there is none."""
    for item in items(report):
        if item.ConceptNameCodeSequence[0].CodeMeaning == meaning:
            return str(item.TextValue if item.ValueType == "TEXT" else item.ConceptCodeSequence[0].CodeValue)
    return ""


def time_point(report: Dataset) -> int:
    """Return the moment that a report is about, ns since 1970 UTC."""
    moment, fraction = text(report, "Time Point").removesuffix("Z").split(".")
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()) * 1_000_000_000 + int(fraction)


def measured_frames(report: Dataset) -> list[tuple[float, float, float]]:
    """Return density and the ends of its interval, %, of each group of a frame, in order."""
    groups = [item for item in items(report) if item.ConceptNameCodeSequence[0].CodeMeaning == "Measurement Group"]
    found = [numbers(group) for group in groups]
    return [(one["density"][0], one["density-low"][0], one["density-high"][0]) for one in found if "density" in one]
