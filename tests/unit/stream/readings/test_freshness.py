"""A value is shown as current only as long as it is, whatever befalls its message, the processes and the clocks."""

from dataclasses import replace as with_fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from stream.protocol.readings import RunStatus
from stream.readings.freshness import Freshness, age_on_arrival_ms, freshness_of, outdated
from tests.doubles.readings import reading

NOW_NS = 1_800_000_000_000_000_000
SECOND_NS = 10**9
GOOD = RunStatus(
    session="s",
    source="x",
    mode="live",
    state="good",
    density_pct=4.0,
    quality="good",
    age_ms=200.0,
    t_published_ns=NOW_NS,
)

moments = st.integers(0, 2**62)
freshnesses = st.builds(
    Freshness,
    on_arrival_ms=st.floats(-1e6, 1e9),
    arrived_ns=moments,
    recorded=st.booleans(),
)
limits = st.floats(0.1, 60)


@given(freshnesses, moments, moments)
def test_a_value_never_gets_younger(value: Freshness, one_ns: int, other_ns: int) -> None:
    earlier, later = sorted((one_ns, other_ns))
    assert 0 <= value.age_ms(earlier) <= value.age_ms(later)
    assert 0 <= value.behind_ms(earlier) <= value.behind_ms(later)


@given(freshnesses, limits, moments, moments)
def test_what_is_no_longer_current_never_is_again(value: Freshness, limit_s: float, one_ns: int, other_ns: int) -> None:
    earlier, later = sorted((one_ns, other_ns))
    assert value.is_current(earlier, limit_s) or not value.is_current(later, limit_s)


@given(freshnesses, limits, st.integers(0, 100 * SECOND_NS))
def test_a_value_is_current_for_as_long_as_it_says(value: Freshness, limit_s: float, waited_ns: int) -> None:
    left_s = value.left_s(value.arrived_ns, limit_s)
    now_ns = value.arrived_ns + waited_ns
    if abs(waited_ns / 1e9 - left_s) > 1e-3:
        assert value.is_current(now_ns, limit_s) == (waited_ns / 1e9 < left_s)


@given(freshnesses, moments)
def test_a_recording_gets_old_only_from_its_arrival_on(value: Freshness, now_ns: int) -> None:
    recorded = with_fields(value, recorded=True)
    assert recorded.behind_ms(now_ns) == pytest.approx(max(now_ns - value.arrived_ns, 0) / 1e6)
    assert recorded.age_ms(now_ns) == value.age_ms(now_ns)


@given(st.integers(1, 2**60), st.integers(0, 10**12), st.floats(0, 1e5), moments, moments)
def test_no_step_of_the_wall_clock_changes_the_age_of_a_reading(
    grabbed_ns: int, lain_ns: int, latency_ms: float, captured_utc_ns: int, arrived_utc_ns: int
) -> None:
    of = reading(0, t_grab_monotonic_ns=grabbed_ns, t_capture_ns=captured_utc_ns, latency_ms=latency_ms)
    age_ms = age_on_arrival_ms(of, grabbed_ns + lain_ns, arrived_utc_ns)
    assert age_ms == max(lain_ns / 1e6, latency_ms)
    assert age_ms == age_on_arrival_ms(of, grabbed_ns + lain_ns)


@given(moments, moments, st.floats(0, 1e5))
def test_a_reading_without_the_monotonic_clock_is_never_younger_than_its_latency(
    captured_ns: int, arrived_ns: int, latency_ms: float
) -> None:
    of = reading(0, t_grab_monotonic_ns=0, t_capture_ns=captured_ns, latency_ms=latency_ms)
    assert age_on_arrival_ms(of, 0, arrived_ns) == max((arrived_ns - captured_ns) / 1e6, latency_ms)
    assert age_on_arrival_ms(of, 0) == latency_ms


@given(st.integers(0, 2**62), st.floats(0, 1e6), st.integers(0, 10**12))
def test_no_step_of_the_wall_clock_makes_the_value_of_a_status_younger_than_it_was_sent(
    utc_ns: int, age_ms: float, waited_ns: int
) -> None:
    taken = freshness_of(replace(GOOD, age_ms=age_ms), utc_ns, arrived_ns=5)
    assert taken.age_ms(5 + waited_ns) >= age_ms + waited_ns / 1e6 - 1e-6


@pytest.mark.parametrize(
    ("status", "later_s", "left_s"),
    [
        (GOOD, 0.0, 0.8),
        (GOOD, 0.3, 0.5),
        (GOOD, 15.0, -14.2),
        (replace(GOOD, density_pct=None, state="no camera", age_ms=60_000.0), 0.25, 0.75),
        (replace(GOOD, mode="replay", age_ms=60_000.0), 0.25, 0.75),
        (GOOD, -3.0, 0.8),
    ],
    ids=["sent now", "lay in a queue", "after a night's sleep", "without a value", "of a recording", "clock set back"],
)
def test_age_and_time_on_the_way_count_together(status: RunStatus, later_s: float, left_s: float) -> None:
    taken = freshness_of(status, NOW_NS + round(later_s * 1e9), arrived_ns=7)
    assert taken.left_s(7, 1.0) == pytest.approx(left_s)


def test_what_is_outdated_shows_no_number_and_how_a_run_ended_stays_true() -> None:
    assert (outdated(GOOD).state, outdated(GOOD).density_pct) == ("stale", None)
    ended = replace(GOOD, state="ended", density_pct=None)
    assert outdated(ended) == ended
