"""The table of what is measured in each frame: keys, units, digits, labels. Pure.

A new measure is an entry in `MEASURES` and its values in an analyser's `Analysis.measures`, under the entry's keys. It
then has columns in readings.csv, values in the session file, in /api/readings and /api/status, a line on the page and
a metric. See docs/extending/measures.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from msgspec import Struct, UnsetType

from stream.protocol.readings import DensityReading


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure, and how it is named and written wherever it appears.

    name: in keys. label: in words, in lower case.
    unit: as people read it; key_unit: as it ends a key ("pct" for "%"). Both empty for a count.
    digits: after the decimal point in files. text_digits: in words for people.
    has_interval: it comes with the ends of its 90 % interval.
    metric: its name in /metrics, unit spelt out as Prometheus asks; empty if it is not there.
    needs_scale: it is known only if the width of a pixel is.
    """

    name: str
    label: str
    unit: str = ""
    key_unit: str = ""
    digits: int = 0
    text_digits: int = 0
    has_interval: bool = False
    metric: str = ""
    needs_scale: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of its values: the value itself; if it has an interval, its lower and upper end after it."""
        names = (self.name, f"{self.name}_low", f"{self.name}_high") if self.has_interval else (self.name,)
        return tuple(f"{name}_{self.key_unit}" if self.key_unit else name for name in names)

    @property
    def ucum(self) -> str:
        """Return the unit as UCUM has it."""
        return {"": "1", "per_mm2": "/mm2"}.get(self.key_unit, self.unit)

    def text(self, value: float) -> str:
        """Write a value for people, with its unit."""
        return f"{value:.{self.text_digits}f} {self.unit}".rstrip()


DENSITY: Final = Measure(
    name="density",
    label="density",
    unit="%",
    key_unit="pct",
    digits=4,
    text_digits=2,
    has_interval=True,
    metric="capillary_density_percent",
)
CAPILLARY_COUNT: Final = Measure(name="capillary_count", label="capillaries")
ANALYSED: Final = Measure(
    name="analysed",
    label="tissue analysed",
    unit="%",
    key_unit="pct",
    digits=1,
    metric="capillary_tissue_analysed_percent",
)
"""Share of the frame that is tissue in view: no object covers it. Density is of this area."""

CAPILLARIES_PER_AREA: Final = Measure(
    name="capillaries",
    label="capillaries/mm²",
    key_unit="per_mm2",
    digits=3,
    text_digits=1,
    metric="capillaries_per_square_millimeter",
    needs_scale=True,
)
"""Count over the area of the tissue analysed: known only in frames whose scale is known."""

MEASURES: tuple[Measure, ...] = (DENSITY, CAPILLARY_COUNT, ANALYSED, CAPILLARIES_PER_AREA)


def further() -> tuple[Measure, ...]:
    """Return the measures that have no field of their own in a reading: they travel in its `measures`."""
    return tuple(measure for measure in MEASURES if measure.keys[0] not in DensityReading.__struct_fields__)


def further_values(measures: Mapping[str, float]) -> dict[str, float]:
    """Return the values of further measures by key, without those that belong to the quality."""
    return {key: measures[key] for measure in further() for key in measure.keys if key in measures}


class DescribedMeasure(Struct, frozen=True, kw_only=True):
    """A measure as the page shows it. keys: of the value, and of the ends of its interval; digits: to display."""

    keys: tuple[str, ...]
    label: str
    unit: str
    digits: int


class Measured(Protocol):
    """Something that holds measures: those of every reading in fields, further ones in `measures`."""

    @property
    def measures(self) -> Mapping[str, float] | UnsetType:
        """Further measures by key, or unset."""


def value_of(measured: Measured, key: str) -> float | None:
    """Return the value under a measure's key; None if there is none."""
    further = measured.measures or {}
    value: float | None = getattr(measured, key, further.get(key))
    return value


def described(*, scaled: bool) -> list[DescribedMeasure]:
    """Return the further measures as the page is sent them: keys, label, unit and digits of its texts.

    scaled: the width of a pixel is known; else measures that need it are left out.
    """
    return [
        DescribedMeasure(keys=measure.keys, label=measure.label, unit=measure.unit, digits=measure.text_digits)
        for measure in further()
        if scaled or not measure.needs_scale
    ]
