"""Nothing is called current that is not: every way of being without a value has its word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.readings.run_status import RunStatusTracker
from tests.doubles.readings import failed, reading


@pytest.fixture
def tracker() -> RunStatusTracker:
    return RunStatusTracker("session", "live", stale_after_s=1.0, source="s", workers=2)


def test_before_the_camera_there_is_no_camera(tracker: RunStatusTracker) -> None:
    tracker.source = ""
    assert tracker.state(0.0) == "no camera"


def test_without_a_worker_there_is_no_analysis(tracker: RunStatusTracker) -> None:
    tracker.workers = 0
    tracker.take(reading(0), 0.0)
    assert tracker.state(0.0) == "no analysis"
    assert tracker.status(0.0, 0).density_pct is None


def test_before_the_first_reading_nothing_is_current(tracker: RunStatusTracker) -> None:
    status = tracker.status(5.0, 0)
    assert status.state == "stale"
    assert (status.density_pct, status.age_ms, status.quality) == (None, None, None)


def test_a_good_reading_is_shown_until_it_is_too_old(tracker: RunStatusTracker) -> None:
    tracker.take(reading(0), 10.0)
    assert (tracker.state(10.9), tracker.status(10.9, 0).density_pct) == ("good", 12.5)
    assert (tracker.state(11.1), tracker.status(11.1, 0).density_pct) == ("stale", None)


def test_a_reading_that_took_too_long_is_never_current(tracker: RunStatusTracker) -> None:
    """A worker stood still with the newest frame: what it says afterwards is of the past."""
    tracker.take(reading(0, latency_ms=1500.0, t_grab_monotonic_ns=int(8.5e9)), 10.0)
    status = tracker.status(10.0, 0)
    assert (status.state, status.density_pct, status.age_ms) == ("stale", None, 1500.0)


def test_a_recording_that_waits_for_its_workers_is_not_stale() -> None:
    tracker = RunStatusTracker("session", "replay", stale_after_s=1.0, source="s", workers=1)
    tracker.take(reading(0, latency_ms=1500.0, t_grab_monotonic_ns=int(8.5e9)), 10.0)
    assert (tracker.state(10.9), tracker.state(11.1)) == ("good", "stale")


@pytest.mark.parametrize("quality", ["poor", "unusable"])
def test_a_doubtful_value_is_never_shown_as_current(tracker: RunStatusTracker, quality: str) -> None:
    tracker.take(reading(0), 10.0)
    tracker.take(reading(1, quality=quality, quality_reasons=("too dark",)), 10.1)
    status = tracker.status(10.1, 0)
    assert (status.state, status.density_pct, status.quality_reasons) == ("poor signal", None, ("too dark",))


def test_a_failed_frame_shows_no_old_value(tracker: RunStatusTracker) -> None:
    tracker.take(reading(0), 10.0)
    tracker.take(failed(1), 10.1)
    status = tracker.status(10.1, 0)
    assert (status.state, status.density_pct) == ("poor signal", None)
    assert (status.published, status.failed) == (1, 1)


def test_the_end_is_the_end(tracker: RunStatusTracker) -> None:
    tracker.take(reading(0), 10.0)
    tracker.ended = True
    assert (tracker.state(10.0), tracker.status(10.0, 0).density_pct) == ("ended", None)


def test_the_rate_is_that_of_the_last_seconds(tracker: RunStatusTracker) -> None:
    for number in range(90):
        tracker.take(reading(number), number / 30)
    assert tracker.status(89 / 30, 0).frames_per_s == pytest.approx(30, abs=0.5)
    assert tracker.status(100.0, 0).frames_per_s == 0


@pytest.mark.parametrize("wall_clock_ns", [0, 2**62])
def test_age_is_counted_from_the_capture_whatever_the_wall_clock_does(
    tracker: RunStatusTracker, wall_clock_ns: int
) -> None:
    newest = reading(0)
    tracker.take(newest, 10.0)
    assert tracker.status(10.04, wall_clock_ns).age_ms == pytest.approx(newest.latency_ms + 40)


@given(st.lists(st.tuples(st.sampled_from(["good", "poor", "unusable", None]), st.floats(0, 3)), max_size=20))
def test_a_value_is_shown_if_and_only_if_the_state_is_good(steps: list[tuple[str | None, float]]) -> None:
    tracker, now_s = RunStatusTracker("session", "live", stale_after_s=1.0, source="s", workers=1), 0.0
    for seq, (quality, wait_s) in enumerate(steps):
        tracker.take(failed(seq) if quality is None else reading(seq, quality=quality), now_s)
        now_s += wait_s
        status = tracker.status(now_s, 0)
        current = status.age_ms is not None and status.age_ms <= 1000
        assert (status.density_pct is not None) == (status.state == "good") == (quality == "good" and current)
