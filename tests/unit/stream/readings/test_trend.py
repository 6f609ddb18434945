"""What is drawn of a trend is what was measured: no extreme is lost, no gap is bridged, whatever the window."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.readings.trend import DTYPE, Columns, Trend, reduce, thinned

STEPS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.033, 0.1, 0.5, 2.0, 30.0]), st.integers(0, 3), st.floats(0, 100, width=32)),
    max_size=300,
)


def rows_of(steps: list[tuple[float, int, float]]) -> Columns:
    rows = np.zeros(len(steps), DTYPE)
    rows["seq"] = np.arange(len(steps)) * 2
    rows["x"] = 1e9 + np.cumsum([step for step, _, _ in steps])
    rows["t_ns"] = (rows["x"] * 1e9).astype(np.int64)
    rows["grade"] = [grade for _, grade, _ in steps]
    density = np.array([value for _, _, value in steps])
    for name in ("density", "low", "high"):
        rows[name] = np.where(rows["grade"] == 0, density, np.nan)
    return rows


def trend_of(rows: Columns) -> Trend:
    trend = Trend()
    trend.load(rows)
    return trend


def evenly(count: int, every_s: float = 0.1) -> Columns:
    return rows_of([(every_s, 0, 5.0 + place % 7) for place in range(count)])


@given(STEPS, st.integers(10, 60))
def test_no_extreme_is_lost_and_every_good_reading_is_counted(
    steps: list[tuple[float, int, float]], pixels: int
) -> None:
    rows = rows_of(steps)
    drawn = reduce(trend_of(rows), None, None, pixels)
    good = rows["density"][rows["grade"] == 0]
    assert sum(drawn.good) == len(good)
    lows, highs = (
        [value for value in column if value is not None] for column in (drawn.density_min_pct, drawn.density_max_pct)
    )
    if len(good):
        assert min(lows) == pytest.approx(good.min(), abs=1e-3)
        assert max(highs) == pytest.approx(good.max(), abs=1e-3)
    assert drawn.readings == len(rows)


@given(STEPS, st.integers(10, 60), st.floats(0, 1), st.floats(0, 1))
def test_columns_are_of_one_length_in_order_and_few(
    steps: list[tuple[float, int, float]], pixels: int, one: float, other: float
) -> None:
    rows = rows_of(steps)
    trend = trend_of(rows)
    first, last = trend.extent() or (0.0, 1.0)
    begin, end = sorted(first + part * (last - first) for part in (one, other))
    drawn = reduce(trend, begin, end, pixels)
    columns: list[list[Any]] = [
        drawn.x,
        drawn.density_mean_pct,
        drawn.density_min_pct,
        drawn.density_max_pct,
        drawn.density_low_pct,
        drawn.density_high_pct,
        drawn.quality_code,
        drawn.good,
        drawn.seq,
    ]
    assert len({len(column) for column in columns}) == 1
    assert drawn.x == sorted(drawn.x)
    assert len(drawn.x) <= 2 * (pixels + 3)
    for low, mean, high in zip(drawn.density_min_pct, drawn.density_mean_pct, drawn.density_max_pct, strict=True):
        if mean is not None:
            assert low is not None
            assert high is not None
            assert low - 1e-3 <= mean <= high + 1e-3


@given(STEPS, st.integers(10, 60))
def test_a_silence_is_a_gap(steps: list[tuple[float, int, float]], pixels: int) -> None:
    drawn = reduce(trend_of(rows_of(steps)), None, None, pixels)
    shown = [x for x, grade in zip(drawn.x, drawn.quality_code, strict=True) if grade is not None]
    silent = [place for place, grade in enumerate(drawn.quality_code) if grade is None]
    assert all(drawn.seq[place] is None and drawn.density_mean_pct[place] is None for place in silent)
    assert len(silent) <= max(len(shown) - 1, 0)


def test_readings_come_one_by_one_where_there_are_pixels_enough() -> None:
    drawn = reduce(trend_of(evenly(50)), None, None, 100)
    assert not drawn.reduced
    assert drawn.density_mean_pct == drawn.density_min_pct == drawn.density_max_pct
    assert drawn.seq == list(range(0, 100, 2))


def test_one_reading_more_on_either_side_lets_the_line_run_off_the_edge() -> None:
    trend = trend_of(evenly(1000))
    xs = trend.rows()["x"]
    drawn = reduce(trend, float(xs[100]), float(xs[110]), 1000)
    assert len(drawn.x) == 13
    assert (drawn.x[0], drawn.x[-1]) == pytest.approx((xs[99], xs[111]), abs=1e-3)


def test_a_pixel_tells_its_most_frequent_grade_and_leads_to_a_good_frame() -> None:
    rows = rows_of([(0.001, grade, 5.0) for grade in (1, 1, 0)] * 200)
    drawn = reduce(trend_of(rows), None, None, 20)
    assert drawn.reduced
    assert set(drawn.quality_code[1:-1]) == {1}
    assert all(rows["grade"][int(seq) // 2] == 0 for seq in drawn.seq[1:-1] if seq is not None)


def test_an_empty_trend_is_empty() -> None:
    drawn = reduce(Trend(), None, None, 100)
    assert (drawn.x, drawn.extent, drawn.readings) == ([], None, 0)
    assert Trend().nearest(3.0) is None


def test_what_was_before_is_put_before_what_is_there() -> None:
    rows = evenly(20)
    trend = Trend()
    for row in rows[12:]:
        trend.add(int(row["seq"]), float(row["x"]), int(row["t_ns"]), 0, (1.0, 1.0, 1.0))
    trend.load(rows[:15])
    assert trend.rows()["seq"].tolist() == rows["seq"].tolist()


def test_it_grows_without_moving_what_was_handed_out() -> None:
    trend = Trend()
    for seq in range(5000):
        trend.add(seq, seq / 10, seq, 0, (1.0, 1.0, 1.0))
    early = trend.rows()[:3].copy()
    for seq in range(5000, 20_000):
        trend.add(seq, seq / 10, seq, 0, (1.0, 1.0, 1.0))
    assert len(trend) == 20_000
    assert (trend.rows()[:3] == early).all()


def test_frames_are_found_by_number_time_and_place() -> None:
    trend = trend_of(evenly(10))
    row = trend.at_seq(4)
    assert row is not None
    assert trend.at_seq(5) is None
    assert trend.nearest(float(row["x"]) + 0.04)["seq"] == 4  # type: ignore[index]
    assert trend.nearest(-1e9)["seq"] == 0  # type: ignore[index]
    assert trend.nearest_in_time(int(row["t_ns"]))["seq"] == 4  # type: ignore[index]
    assert trend.neighbours(4) == (2, 6)
    assert trend.neighbours(0) == (None, 2)
    assert trend.neighbours(18) == (16, None)


def test_old_readings_are_thinned_to_one_a_second_a_good_one_where_there_is_any() -> None:
    rows = rows_of([(0.1, 0 if place % 10 == 7 else 2, 5.0) for place in range(100)])
    thin = thinned(rows, 1.0)
    assert 10 <= len(thin) <= 12
    assert (thin["grade"][1:-1] == 0).all()
