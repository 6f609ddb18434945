"""A receiver that takes one reading of every so many seconds gets a good one if there is one."""

from hypothesis import given
from hypothesis import strategies as st

from stream.delivery.one_per_period import OnePerPeriod
from stream.protocol.readings import DensityReading
from tests.doubles.readings import START_NS, reading

SECOND_NS = 1_000_000_000


def at(second: float, **fields: object) -> DensityReading:
    return reading(round(10 * second), t_capture_ns=START_NS + round(second * SECOND_NS), **fields)


def taken(every_s: float, *readings: DensityReading) -> list[int]:
    per_period = OnePerPeriod(every_s)
    return [one.seq for one in readings if per_period.takes(one)]


def test_without_a_period_all_readings_are_sent() -> None:
    assert taken(0, at(0), at(0.1, quality="poor"), at(0.2)) == [0, 1, 2]


def test_the_first_good_reading_of_each_period_is_sent() -> None:
    assert taken(10, at(0), at(1), at(10, quality="poor"), at(11), at(12), at(20)) == [0, 110, 200]


def test_after_a_period_without_a_good_one_the_next_reading_is_sent_whatever_it_is() -> None:
    poor = [at(second, quality="poor") for second in (10, 15, 20, 25)]
    assert taken(10, at(0), *poor) == [0, 200]


def test_one_that_did_not_arrive_is_taken_again() -> None:
    assert taken(10, at(0), at(0), at(1), at(10), at(10)) == [0, 0, 100, 100]


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0.1, 30))
def test_no_period_has_two(seconds: list[float], every_s: float) -> None:
    readings = [
        reading(seq, t_capture_ns=START_NS + round(second * SECOND_NS)) for seq, second in enumerate(sorted(seconds))
    ]
    per_period = OnePerPeriod(every_s)
    periods = [one.t_capture_ns // round(every_s * 1e9) for one in readings if per_period.takes(one)]
    assert periods == sorted(set(periods))
