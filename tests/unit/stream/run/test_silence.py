"""Who says nothing for too long is found once; a program that was suspended blames no process."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.run.process_spec import ProcessKey
from stream.run.silence import Silence
from stream.run.stop_order import StopOrder

SINK: ProcessKey = ("sink", 0)
WORKER: ProcessKey = ("worker", 0)


def stopping(*, hurried: bool = False) -> StopOrder:
    order = StopOrder()
    order.next_step(0.0)
    if hurried:
        order.next_step(1.0)
    return order


def look_often(silence: Silence, until_s: float, stop: StopOrder, from_s: float = 0.0) -> dict[ProcessKey, float]:
    """Look twenty times per second, as the supervisor does."""
    found: dict[ProcessKey, float] = {}
    for number in range(1, round((until_s - from_s) * 20) + 1):
        found |= silence.too_long(from_s + number / 20, stop)
    return found


def test_a_silent_process_is_found_once_and_for_how_long_it_was_silent() -> None:
    silence = Silence(10.0, 0.0)
    silence.begin(SINK, 0.0)
    assert look_often(silence, 10.0, StopOrder()) == {}
    assert look_often(silence, 11.0, StopOrder(), 10.0) == {SINK: pytest.approx(10.05)}
    assert look_often(silence, 30.0, StopOrder(), 11.0) == {}


def test_a_sign_of_life_counts_and_one_of_a_process_that_is_not_watched_does_not() -> None:
    silence = Silence(10.0, 0.0)
    silence.begin(SINK, 0.0)
    look_often(silence, 8.0, StopOrder())
    silence.heard(SINK, 8.0, busy=False)
    silence.heard(("view", 0), 8.0, busy=False)
    assert look_often(silence, 18.0, StopOrder(), 8.0) == {}
    assert set(look_often(silence, 30.0, StopOrder(), 18.0)) == {SINK}


def test_a_busy_process_has_all_the_time_that_it_needs() -> None:
    silence = Silence(1.0, 0.0)
    silence.begin(SINK, 0.0)
    silence.heard(SINK, 0.0, busy=True)
    assert look_often(silence, 100.0, StopOrder()) == {}
    silence.heard(SINK, 100.0, busy=False)
    assert set(look_often(silence, 102.0, StopOrder(), 100.0)) == {SINK}


def test_a_dead_process_is_not_watched() -> None:
    silence = Silence(1.0, 0.0)
    silence.begin(SINK, 0.0)
    silence.end(SINK)
    silence.end(SINK)
    assert look_often(silence, 5.0, StopOrder()) == {}


@given(st.floats(1.1, 1e6), st.floats(0.0, 0.9))
def test_time_in_which_the_program_was_suspended_counts_against_no_process(suspended_s: float, before_s: float) -> None:
    silence = Silence(1.0, 0.0)
    silence.begin(SINK, 0.0)
    silence.too_long(before_s, StopOrder())
    assert silence.too_long(before_s + suspended_s, StopOrder()) == {}


def test_capture_watches_workers_until_frames_are_given_up() -> None:
    silence = Silence(1.0, 0.0)
    silence.begin(WORKER, 0.0)
    assert look_often(silence, 60.0, StopOrder()) == {}
    assert look_often(silence, 61.0, stopping(), 60.0) == {}
    assert set(look_often(silence, 62.0, stopping(hurried=True), 61.0)) == {WORKER}


@pytest.mark.parametrize(("hang_s", "limit_s"), [(10.0, 1.2), (1.0, 1.0)])
def test_while_a_run_is_stopped_silence_may_not_last(hang_s: float, limit_s: float) -> None:
    silence = Silence(hang_s, 0.0)
    silence.begin(SINK, 0.0)
    assert look_often(silence, limit_s, stopping()) == {}
    assert set(look_often(silence, limit_s + 0.1, stopping(), limit_s)) == {SINK}
