"""Before and after: an interval that holds the true change as often as it says, also where frames are much alike."""

import numpy as np
import numpy.typing as npt
import pytest

from stream.readings.before_after import change_at, effective_n, quantile_t
from stream.readings.trend import DTYPE, Trend

RATE = 10.0


def autoregressive(rng: np.random.Generator, count: int, alike: float) -> npt.NDArray[np.float64]:
    """Return a series of standard deviation 1 whose neighbours correlate by `alike`."""
    noise = rng.normal(0, np.sqrt(1 - alike**2), count)
    series = np.empty(count)
    series[0] = rng.normal()
    for place in range(1, count):
        series[place] = alike * series[place - 1] + noise[place]
    return series


def trend_of(density: npt.NDArray[np.float64], good: npt.NDArray[np.bool_] | None = None) -> Trend:
    rows = np.zeros(len(density), DTYPE)
    rows["seq"] = np.arange(len(density))
    rows["x"] = np.arange(len(density)) / RATE
    rows["grade"] = 0 if good is None else np.where(good, 0, 1)
    for name in ("density", "low", "high"):
        rows[name] = np.where(rows["grade"] == 0, density, np.nan)
    trend = Trend()
    trend.load(rows)
    return trend


@pytest.mark.parametrize("alike", [0.0, 0.5, 0.9, 0.97])
def test_the_interval_holds_the_true_change_nine_times_in_ten(alike: float) -> None:
    rng = np.random.default_rng(1)
    held, told = 0, 0
    for _ in range(200):
        before, after = autoregressive(rng, 600, alike) + 10, autoregressive(rng, 600, alike) + 12
        change = change_at(trend_of(np.concatenate([before, after])), 1, 60.0, 60, 60)
        if change.change_low_pct is not None and change.change_high_pct is not None:
            told += 1
            held += change.change_low_pct <= 2 <= change.change_high_pct
    assert told > 190
    assert 0.82 <= held / told <= 0.97


def test_alike_frames_are_worth_fewer_than_independent_ones() -> None:
    rng = np.random.default_rng(2)
    assert effective_n(autoregressive(rng, 5000, 0.0)) == pytest.approx(5000, rel=0.25)
    assert effective_n(autoregressive(rng, 5000, 0.9)) == pytest.approx(5000 / 19, rel=0.4)
    assert effective_n(np.full(100, 3.0)) == 100


def test_only_good_frames_count_and_their_share_is_told() -> None:
    rng = np.random.default_rng(3)
    density = np.concatenate([rng.normal(10, 1, 300), rng.normal(7, 1, 300)])
    good = rng.random(600) < 0.5
    density[~good] = 90
    change = change_at(trend_of(density, good), 4, 30.0, 30, 30)
    assert change.marker == 4
    assert change.change_pct == pytest.approx(-3, abs=0.4)
    assert change.change_relative == pytest.approx(-0.3, abs=0.05)
    assert (change.before.frames, change.before.good) == (300, int(good[:300].sum()))
    assert change.before.share_good == pytest.approx(good[:300].mean(), abs=1e-3)


def test_too_little_on_a_side_is_said_instead_of_a_number() -> None:
    rng = np.random.default_rng(4)
    trend = trend_of(rng.normal(10, 1, 100))
    change = change_at(trend, 1, 0.5, 60, 60)
    assert change.change_pct is None
    assert change.why_not == "Cannot tell: too few good frames before it, 5 of the 10 that are needed."
    assert change.available_s == 0.5
    assert change_at(trend, 1, 1e6, 60, 60).before.mean_pct is None


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((5, 9, 9), "Cannot tell: density was already rising."),
        ((9, 5, 5), "Cannot tell: density was already falling."),
        ((5, 5, 9), "Cannot tell: density was still rising afterwards."),
        ((5, 5, 1), "Cannot tell: density was still falling afterwards."),
    ],
)
def test_a_drift_is_no_mean_and_its_side_and_direction_are_said(ends: tuple[int, int, int], said: str) -> None:
    noise = np.random.default_rng(5).normal(0, 0.1, 1200)
    density = np.concatenate([np.linspace(*ends[:2], 600), np.linspace(*ends[1:], 600)]) + noise
    change = change_at(trend_of(density), 1, 60.0, 60, 60)
    assert change.change_pct is None
    assert change.why_not == said


def test_a_slow_course_that_turns_round_is_neither_rising_nor_falling() -> None:
    density = np.concatenate([6 + np.sin(np.linspace(0, np.pi, 600)), np.full(600, 6.0)])
    assert change_at(trend_of(density), 1, 60.0, 60, 60).why_not == "Cannot tell: density was already changing."


def test_how_much_more_of_the_session_there_is_on_that_side_is_told() -> None:
    density = np.concatenate([np.linspace(5, 9, 3000), np.full(600, 9.0)])
    assert change_at(trend_of(density), 1, 300.0, 60, 60).available_s == 300
    assert change_at(trend_of(np.full(1200, 9.0)), 1, 60.0, 60, 60).available_s is None


def test_values_that_never_change_have_no_width() -> None:
    change = change_at(trend_of(np.full(400, 5.0)), 1, 20.0, 20, 20)
    assert (change.change_pct, change.change_low_pct, change.change_high_pct) == (0, 0, 0)


@pytest.mark.parametrize(("freedom", "t"), [(3, 2.353), (5, 2.015), (10, 1.812), (30, 1.697), (1e6, 1.645)])
def test_students_t_is_that_of_the_tables(freedom: float, t: float) -> None:
    assert quantile_t(0.95, freedom) == pytest.approx(t, abs=0.005)
