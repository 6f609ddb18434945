"""Density and its interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from workers.capillary.density import density_pct, interval_pct

FRAME = 10_000


def test_density_is_capillary_area_over_frame_area() -> None:
    areas = np.array([100.0, 200.0, 300.0])
    assert density_pct(areas, np.array([True, False, True]), FRAME) == pytest.approx(4.0)


def test_certain_verdicts_and_outlines_leave_no_doubt() -> None:
    areas, p = np.array([100.0, 200.0]), np.array([1.0, 0.0])
    assert interval_pct(areas, p, 1.0, FRAME, outline_spread=0.0) == pytest.approx((1.0, 1.0))


def test_the_interval_follows_the_formula() -> None:
    areas, p = np.array([100.0]), np.array([0.5])
    low, high = interval_pct(areas, p, 1.0, FRAME, outline_spread=0.0)
    assert high == pytest.approx(100 * (50 + 1.6449 * 50) / FRAME, rel=1e-3)
    assert low == 0.0


def test_an_empty_frame_has_density_zero() -> None:
    nothing = np.zeros(0)
    assert density_pct(nothing, nothing.astype(bool), FRAME) == 0.0
    assert interval_pct(nothing, nothing, 0.0, FRAME, 0.2) == (0.0, 0.0)


@given(
    hnp.arrays(np.float64, 8, elements=st.floats(1, 500)),
    hnp.arrays(np.float64, 8, elements=st.floats(0, 1)),
    st.floats(0, 1),
    st.floats(0.05, 0.95),
)
def test_the_interval_holds_the_density_and_stays_within_percent(
    areas: np.ndarray, p: np.ndarray, spread: float, threshold: float
) -> None:
    density = density_pct(areas, p >= threshold, FRAME)
    low, high = interval_pct(areas, p, density, FRAME, spread)
    assert 0.0 <= low <= density <= high <= 100.0
