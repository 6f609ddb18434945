"""A stored reading is held against all that the analysis of its picture determines."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stream.protocol.contracts import Analysis, Frame, PictureObject, Quality, Region
from stream.protocol.outlines import object_outlines, outline_of
from stream.protocol.readings import DensityReading
from stream.readings.determined import FROZEN, determined
from stream.session.proof.comparing import first_difference
from stream.session.proof.stored_readings import StoredReadings
from stream.session.store import Store
from tests.doubles.readings import reading

SQUARE = np.array([[10, 10], [30, 10], [30, 30], [10, 30]], np.int32)
FRAME = Frame(np.zeros((48, 64, 3), np.uint8), um_per_px=2.0)
FOUND = Analysis(
    8.0,
    7.0,
    9.0,
    regions=[Region(SQUARE, 0.9, 400.0)],
    quality=Quality("poor", ("out of focus", "too dark"), {"sharpness": 3.5}),
    measures={"analysed_pct": 80.0},
    objects=[PictureObject("hair", SQUARE, 400.0)],
)


def stored(folder: Path, *, frozen: bool = False) -> dict[str, Any]:
    """Return the row that a session keeps of the analysis."""
    values = determined(FOUND, width=64, height=48, um_per_px=2.0, frozen=frozen)
    outlines = {"regions": tuple(map(outline_of, FOUND.regions)), "objects": object_outlines(FOUND.objects)}
    kept: DensityReading = reading(0, **values, **outlines)
    store = Store(folder / "session.sqlite")
    store.add(kept)
    store.commit()
    store.close()
    with StoredReadings(folder) as readings:
        return readings.reading(0)


def test_what_was_stored_of_an_analysis_does_not_differ_from_it(tmp_path: Path) -> None:
    assert first_difference(stored(tmp_path), FRAME, FOUND, still=False) == ""


@pytest.mark.parametrize(
    ("column", "value", "named"),
    [
        ("density_low_pct", 6.0, "density_low_pct is 6.0000 in the session, and 7.0000"),
        ("capillary_count", 2, "capillary_count is 2 in the session, and 1"),
        ("quality", "good", 'quality is "good" in the session, and "poor"'),
        ("quality_reasons", "too dark", 'quality_reasons is "too dark" in the session, and "out of focus; too dark"'),
        ("measures", '{"analysed_pct": 80.0}', "is not there in the session"),
        ("measures", "[", "damaged"),
        ("regions", b"\x90", "outlines of capillaries"),
        ("objects", b"\x90", "outlines of objects"),
    ],
)
def test_each_value_that_was_changed_is_named(tmp_path: Path, column: str, value: object, named: str) -> None:
    row = stored(tmp_path) | {column: value}
    assert named in first_difference(row, FRAME, FOUND, still=False)


def test_a_frozen_picture_is_one_that_is_like_the_one_before(tmp_path: Path) -> None:
    row = stored(tmp_path, frozen=True)
    assert row["quality_reasons"].startswith(FROZEN)
    assert first_difference(row, FRAME, FOUND, still=True) == ""
    assert "quality" in first_difference(row, FRAME, FOUND, still=False)
