"""An analyser's nonsense ends where it is made, and the examples of the contracts do what they say."""

import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.protocol import contracts
from stream.protocol.contracts import Analysis, Quality, Region

GOOD = Quality("good")


@given(st.lists(st.floats(0, 100), min_size=3, max_size=3))
def test_an_ordered_interval_of_percentages_is_taken(values: list[float]) -> None:
    low, density, high = sorted(values)
    assert Analysis(density, low, high, [], GOOD).density_pct == density


@pytest.mark.parametrize(
    ("low", "density", "high"),
    [
        (5.0, 4.0, 6.0),
        (4.0, 7.0, 6.0),
        (-0.1, 4.0, 6.0),
        (4.0, 5.0, 100.1),
        (math.nan, 5.0, 6.0),
        (4.0, math.nan, 6.0),
        (4.0, 5.0, math.nan),
        (4.0, 5.0, math.inf),
    ],
)
def test_anything_else_is_refused(low: float, density: float, high: float) -> None:
    with pytest.raises(ValueError, match="expected 0 <= low"):
        Analysis(density, low, high, [], GOOD)


@given(st.lists(st.tuples(st.integers(-50, 2000), st.integers(-50, 2000)), min_size=1, max_size=20))
def test_a_box_holds_exactly_its_outline(points: list[tuple[int, int]]) -> None:
    left, top, width, height = Region(np.array(points, np.int32), 0.5, 1.0).bbox_xywh_px
    columns, rows = {x for x, _ in points}, {y for _, y in points}
    assert (min(columns), max(columns)) == (left, left + width - 1)
    assert (min(rows), max(rows)) == (top, top + height - 1)


def test_the_examples_of_the_contracts_run() -> None:
    outcome = doctest.testmod(contracts)
    assert (outcome.failed, outcome.attempted > 0) == (0, True)
