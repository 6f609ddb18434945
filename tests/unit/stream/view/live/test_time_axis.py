"""Time on the page never runs backward, and the rate is that of the last seconds."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.protocol.readings import DensityReading
from stream.view.live.time_axis import RATE_OVER_S, ArrivalRate, TimeAxis
from tests.doubles.readings import page_reading

SECOND_NS = 10**9


def reading_at(seconds: float) -> DensityReading:
    return page_reading(time_s=seconds, t_capture_ns=round(seconds * SECOND_NS))


def positions(times_s: list[float], *, media_time: bool) -> list[float]:
    axis, placed = TimeAxis(media_time=media_time), list[float]()
    for time_s in times_s:
        placed.append(axis.position(reading_at(time_s), placed[-1] if placed else None))
    return placed


@given(st.lists(st.floats(0, 1e9), max_size=50), st.booleans())
def test_no_reading_lies_before_an_earlier_one(times_s: list[float], media_time: bool) -> None:
    placed = positions(times_s, media_time=media_time)
    assert all(before <= after for before, after in pairwise(placed))


def test_readings_in_order_lie_at_their_own_time() -> None:
    assert positions([1.0, 1.5, 3.0], media_time=True) == [1.0, 1.5, 3.0]


def test_after_a_step_back_the_axis_continues_with_the_same_distances() -> None:
    assert positions([10.0, 11.0, 0.0, 0.5, 2.0], media_time=True) == [10.0, 11.0, 11.0, 11.5, 13.0]


def test_a_stream_that_has_just_begun_has_its_rate_at_once() -> None:
    rate = ArrivalRate()
    for tenth in range(11):
        rate.add(tenth * SECOND_NS // 10)
    assert rate.per_s(SECOND_NS) == pytest.approx(11)


def test_the_rate_counts_the_last_seconds_and_falls_to_0() -> None:
    rate = ArrivalRate()
    for tenth in range(200):
        rate.add(tenth * SECOND_NS // 10)
    assert rate.per_s(20 * SECOND_NS) == pytest.approx(10, rel=0.05)
    assert rate.per_s(round((20 + RATE_OVER_S) * SECOND_NS)) == 0
