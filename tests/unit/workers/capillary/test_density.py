"""Density, its interval and its doubt."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from workers.capillary.density import counted, estimate

AREA = 10_000


def test_density_is_the_area_of_capillaries_over_the_area_analysed() -> None:
    found = estimate(np.array([100.0, 200.0, 300.0]), np.array([0.99, 0.01, 0.4]), 0.4, AREA, 0.0)
    assert found.density_pct == pytest.approx(1.0 + 1.5, abs=0.01)  # at the threshold a region counts half


@given(st.floats(0.05, 0.95), hnp.arrays(np.float64, 8, elements=st.floats(0, 1)))
def test_a_region_counts_for_more_than_half_if_it_passes_the_threshold(threshold: float, p: np.ndarray) -> None:
    weights = counted(p, threshold)
    assert ((weights >= 0) & (weights <= 1)).all()
    assert ((weights > 0.5) == (p > threshold))[np.abs(p - threshold) > 1e-6].all()


def test_certain_verdicts_and_outlines_leave_no_doubt() -> None:
    found = estimate(np.array([100.0, 200.0]), np.array([1.0, 0.0]), 0.4, AREA, 0.0)
    assert (found.low_pct, found.high_pct, found.doubt) == pytest.approx((1.0, 1.0, 0.0))


def test_the_interval_follows_the_formula() -> None:
    found = estimate(np.array([100.0, 1000.0]), np.array([0.5, 1.0]), 0.4, AREA, 0.1)
    area = 100 * counted(np.array([0.5]), 0.4)[0] + 1000
    half_width = 1.6449 * np.hypot(50, 0.1 * area)
    assert found.high_pct == pytest.approx(100 * (area + half_width) / AREA, rel=1e-3)
    assert found.low_pct == pytest.approx(100 * (area - half_width) / AREA, rel=1e-3)
    assert found.doubt == pytest.approx(25 / 1050)


def test_an_empty_frame_has_density_zero() -> None:
    found = estimate(np.zeros(0), np.zeros(0), 0.4, AREA, 0.2)
    assert (found.density_pct, found.low_pct, found.high_pct, found.doubt) == (0.0, 0.0, 0.0, 0.0)


def test_a_frame_without_tissue_has_density_zero() -> None:
    assert estimate(np.zeros(0), np.zeros(0), 0.4, 0.0, 0.2).density_pct == 0.0


@given(
    hnp.arrays(np.float64, 8, elements=st.floats(1, 500)),
    hnp.arrays(np.float64, 8, elements=st.floats(0, 1)),
    st.floats(0, 1),
)
def test_the_density_is_the_middle_of_its_interval(areas: np.ndarray, p: np.ndarray, spread: float) -> None:
    found = estimate(areas, p, 0.4, AREA, spread)
    assert 0.0 <= found.low_pct <= found.density_pct <= found.high_pct <= 100.0
    assert 0.0 <= found.doubt <= 1.0
    if found.low_pct > 0:
        assert (found.low_pct + found.high_pct) / 2 == pytest.approx(found.density_pct)


def test_a_small_change_of_a_probability_is_a_small_change_of_the_density() -> None:
    areas = np.full(40, 1000.0)
    at, beside = (estimate(areas, np.full(40, p), 0.4, 2_000_000, 0.1).density_pct for p in (0.3999, 0.4001))
    assert beside / at == pytest.approx(1.0, abs=0.01)


def test_without_a_threshold_every_region_counts() -> None:
    assert counted(np.array([0.001, 0.5]), 0.0) == pytest.approx([1.0, 1.0])
