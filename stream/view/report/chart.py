"""The trend as an SVG chart, for the report. Pure: columns in, text out; colours come from the style sheet."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from stream.readings.trend import Reduced

WIDTH: Final = 900
HEIGHT: Final = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 22, 30
_TIME_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_DENSITY_STEPS_PCT: Final = (0.5, 1, 2, 5, 10, 20, 25)
_MOST_DENSITY_STEPS: Final = 5
_MOST_TIME_STEPS: Final = 9
_ROUNDED_S: Final = 0.001  # a marker's time may lie that far beyond its own frame's

ToPixels = Callable[[float], float]


def chart_svg(trend: Reduced, marks: Sequence[tuple[float, str]], limits: Sequence[float], *, media_time: bool) -> str:
    """Draw density with its interval, a strip of what was not good, marks (position, s; text) and alarm limits (%)."""
    span = max(trend.to_s - trend.from_s, 1e-3)
    shown = [value for value in (*trend.density_high_pct, *limits) if value is not None]
    ticks = round_ticks(max(shown, default=1) * 1.05)
    top = ticks[-1]

    def x(time_s: float) -> float:
        return round(_LEFT + (time_s - trend.from_s) / span * (WIDTH - _LEFT - _RIGHT), 1)

    def y(value: float) -> float:
        return round(_TOP + (1 - value / top) * (HEIGHT - _TOP - _BOTTOM), 1)

    parts = [_axes(trend, ticks, media_time, x, y)]
    for run in _runs(trend.density_mean_pct):
        low, high = [trend.density_low_pct[i] or 0.0 for i in run], [trend.density_high_pct[i] or 0.0 for i in run]
        upper = [f"{x(trend.x[i])},{y(value)}" for i, value in zip(run, high, strict=True)]
        lower = [f"{x(trend.x[i])},{y(value)}" for i, value in zip(run, low, strict=True)]
        parts.append(f'<polygon class="band" points="{" ".join([*upper, *reversed(lower)])}"/>')
        line = [f"{x(trend.x[i])},{y(trend.density_mean_pct[i] or 0.0)}" for i in run]
        parts.append(f'<polyline class="line" points="{" ".join(line if len(line) > 1 else line * 2)}"/>')
    for time_s, code in zip(trend.x, trend.quality_code, strict=True):
        if code:
            parts.append(f'<rect class="bad" x="{x(time_s)}" y="{HEIGHT - _BOTTOM - 5}" width="1.5" height="5"/>')
    parts += [
        f'<line class="limit" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y(limit)}" y2="{y(limit)}"/>' for limit in limits
    ]
    for time_s, label in marks:
        if trend.from_s <= time_s <= trend.to_s + _ROUNDED_S:
            parts.append(f'<line class="mark" x1="{x(time_s)}" x2="{x(time_s)}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}"/>')
            parts.append(f'<text class="mark" x="{x(time_s)}" y="{_TOP - 6}">{label}</text>')
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Density over time, with its 90 % interval">'
        f"{''.join(parts)}</svg>"
    )


def round_ticks(highest: float) -> list[float]:
    """Return 0 and round values, %, up to the first that is not below the highest."""
    step = next((step for step in _DENSITY_STEPS_PCT if highest / step <= _MOST_DENSITY_STEPS), _DENSITY_STEPS_PCT[-1])
    return [step * number for number in range(max(math.ceil(highest / step), 1) + 1)]


def _axes(trend: Reduced, ticks: Sequence[float], media_time: bool, x: ToPixels, y: ToPixels) -> str:
    """Draw the horizontal lines with their densities, and the times below."""
    parts = []
    for value in ticks:
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y(value)}" y2="{y(value)}"/>')
        parts.append(f'<text class="value" x="{_LEFT - 6}" y="{y(value) + 4}">{value:g} %</text>')
    span = max(trend.to_s - trend.from_s, 1e-3)
    step = next((step for step in _TIME_STEPS_S if span / step <= _MOST_TIME_STEPS), _TIME_STEPS_S[-1])
    first = math.ceil(trend.from_s / step)
    parts += [
        f'<text class="time" x="{x(number * step)}" y="{HEIGHT - 10}">{time_text(number * step, media_time)}</text>'
        for number in range(first, math.floor(trend.to_s / step) + 1)
    ]
    return "".join(parts)


def time_text(time_s: float, media_time: bool, *, fine: bool = False) -> str:
    """Write a position on the axis as h:mm:ss.s of media time, or as the local time of day, to the tenth if `fine`."""
    whole, tenth = divmod(round(time_s * 10), 10)
    if not media_time:
        return f"{datetime.fromtimestamp(whole):%H:%M:%S}" + (f".{tenth}" if fine else "")
    minutes, seconds = divmod(whole + tenth / 10, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{seconds:04.1f}" if hours else f"{minutes}:{seconds:04.1f}"


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    """Return the indices of values that follow each other without a gap, one list per run."""
    runs: list[list[int]] = [[]]
    for index, value in enumerate(values):
        if value is not None:
            runs[-1].append(index)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
