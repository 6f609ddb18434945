"""Agreement of two analyses, checked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.models.agreement import Outline, Places, bland_altman, kappa, places

SHAPE = (100, 200)
COUNTS = st.integers(0, 50)


def box(left: int, top: int, width: int = 10, height: int = 10) -> Outline:
    right, bottom = left + width - 1, top + height - 1
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32)


def test_kappa_is_cohens() -> None:
    # 50 grants, two reviewers: observed 0.7, by chance 0.5.
    assert kappa(Places(both=20, only_a=5, only_b=10, neither=15)) == pytest.approx(0.4)


def test_kappa_is_none_where_chance_explains_everything() -> None:
    assert kappa(Places()) is None
    assert kappa(Places(neither=9)) is None
    assert kappa(Places(both=9)) is None


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_kappa_is_one_for_perfect_agreement_alone(both: int, only_a: int, only_b: int, neither: int) -> None:
    value = kappa(Places(both=both, only_a=only_a, only_b=only_b, neither=neither))
    if value is not None:
        assert -1 <= value <= 1 + 1e-12
        assert (value > 1 - 1e-9) == (only_a + only_b == 0)


def test_bland_altman_is_bias_and_196_standard_deviations() -> None:
    limits = bland_altman([1.0, 2.0, 3.0], [2.0, 2.0, 4.0])
    assert limits.bias_pct == pytest.approx(2 / 3)
    assert limits.high_pct == pytest.approx(2 / 3 + 1.96 * (1 / 3) ** 0.5, abs=1e-4)
    assert limits.low_pct == pytest.approx(2 / 3 - 1.96 * (1 / 3) ** 0.5, abs=1e-4)


def test_one_frame_has_a_bias_and_no_limits() -> None:
    limits = bland_altman([1.0], [1.5])
    assert (limits.bias_pct, limits.low_pct, limits.high_pct) == (0.5, None, None)


def test_places_are_counted_by_what_covers_them() -> None:
    proposed = [box(0, 0), box(20, 0), box(40, 0), box(60, 0)]
    a, b = [box(0, 0), box(20, 3)], [box(1, 1), box(40, 0)]
    assert places(proposed, a, b, SHAPE) == Places(both=1, only_a=1, only_b=1, neither=1)


def test_a_slight_touch_is_no_agreement() -> None:
    assert places([box(0, 0)], [box(0, 0)], [box(7, 0)], SHAPE) == Places(both=0, only_a=1, only_b=1)


def test_what_lies_beside_all_proposals_is_a_place_too() -> None:
    assert places([], [box(0, 50), box(50, 50)], [box(51, 50), box(90, 50)], SHAPE) == Places(
        both=1, only_a=1, only_b=1
    )


def test_one_large_region_agrees_with_two_small_ones() -> None:
    assert places([box(0, 0), box(12, 0)], [box(0, 0, 22)], [box(0, 0), box(12, 0)], SHAPE) == Places(both=2)


def test_an_empty_frame_has_no_places() -> None:
    assert places([], [], [], SHAPE) == Places()
