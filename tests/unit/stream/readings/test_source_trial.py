"""The figures of a trial of a source."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.readings.source_trial import SourceTrial, TrialFigures


def tried(times_s: list[float], *, ages_ns: Sequence[int | None] | None = None, failed: int = 0) -> TrialFigures:
    """Return the figures of frames at these times, each read in 2 ms; the first `failed` could not be read."""
    trial = SourceTrial()
    for number, time_s in enumerate(times_s):
        age_ns = None if ages_ns is None else ages_ns[number]
        trial.frame(time_s=time_s, reading_s=0.002, whole=number >= failed, lost_before=number % 2, age_ns=age_ns)
    return trial.figures()


def test_rate_and_intervals_of_an_even_source() -> None:
    figures = tried([0.04 * number for number in range(26)])
    assert figures.rate_hz == pytest.approx(25)
    assert figures.interval_ms == pytest.approx(40)
    assert figures.jitter_ms == pytest.approx(0, abs=1e-6)
    assert figures.longest_ms == pytest.approx(40)
    assert (figures.frames, figures.failed, figures.lost) == (26, 0, 13)


def test_one_long_pause_shows_in_the_longest_interval_and_not_in_the_jitter() -> None:
    figures = tried([*(0.04 * number for number in range(20)), 2.0])
    assert figures.jitter_ms == pytest.approx(0, abs=1e-6)
    assert figures.longest_ms == pytest.approx(1240)


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=30))
def test_intervals_are_never_negative_and_the_longest_is_the_longest(gaps_s: list[float]) -> None:
    figures = tried([math.fsum(gaps_s[:end]) for end in range(len(gaps_s) + 1)])
    assert figures.jitter_ms is not None
    assert figures.interval_ms is not None
    assert figures.longest_ms is not None
    assert 0 <= figures.jitter_ms <= figures.longest_ms
    assert figures.interval_ms <= figures.longest_ms * (1 + 1e-9)


def test_latency_is_by_the_devices_clock_if_it_can_be_compared() -> None:
    assert tried([0, 1], ages_ns=[30_000_000, 40_000_000]).latency_ms == pytest.approx(35)
    assert tried([0, 1], ages_ns=[30_000_000, 40_000_000]).latency_from == "device clock"
    for other_clock in ((None, None), (-5, 3), (10**18, 10**18)):
        figures = tried([0, 1], ages_ns=other_clock)
        assert figures.latency_ms == pytest.approx(2)
        assert figures.latency_from == "grab"


def test_frames_that_failed_are_counted_and_have_no_latency() -> None:
    assert tried([0, 1, 2], failed=3).failed == 3
    assert tried([0, 1, 2], failed=3).latency_ms is None


def test_of_one_frame_there_is_no_rate() -> None:
    assert tried([1.0]) == TrialFigures(frames=1, failed=0, lost=0, latency_ms=2.0)
