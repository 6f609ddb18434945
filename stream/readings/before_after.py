"""Before and after an intervention: the change of the mean density with its 90 % interval. Pure.

Consecutive frames see nearly the same skin, so n frames are worth fewer than n independent ones. Each side's mean has
the variance s² / n_eff, with the effective sample size n_eff = n / tau of Bayley and Hammersley (J R Stat Soc B 1946,
8:184); tau, the sum of the autocorrelations, is cut off by Geyer's initial monotone sequence (Stat Sci 1992, 7:473).
The interval of the difference is Welch's (Biometrika 1947, 34:28), with n_eff - 1 degrees of freedom per side. It says
how well the mean of these frames is known; what all frames of a side share (the place on the skin, pressure, the
model's own error) is not in it.
"""

import math
from statistics import NormalDist
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from stream.readings.trend import GOOD, Columns, Trend

CONFIDENCE: Final = 0.9
METHOD: Final = (
    "difference of means of good frames, Welch's interval with the effective sample size of autocorrelated frames "
    "(Geyer's initial monotone sequence)"
)
_NEEDED: Final = 10
_NEEDED_EFFECTIVE: Final = 3.0
_EXPLAINED: Final = 0.5


class MarkerSide(Struct, frozen=True, kw_only=True):
    """One side of the marker: density in %, times on the trend's axis."""

    from_s: float
    to_s: float
    frames: int
    good: int
    share_good: float | None
    mean_pct: float | None
    sd_pct: float | None
    effective_n: float | None


class Change(Struct, frozen=True, kw_only=True):
    """Mean after less mean before, in % density, with its interval; None if a side does not say enough."""

    marker: int
    before: MarkerSide
    after: MarkerSide
    change_pct: float | None
    change_low_pct: float | None
    change_high_pct: float | None
    change_relative: float | None
    confidence: float
    method: str
    why_not: str
    available_s: float | None
    """If there is no change: the seconds of the session that lie on the side which does not say enough."""


def change_at(trend: Trend, marker: int, x: float, before_s: float, after_s: float) -> Change:
    """Return the change at a moment of the trend's axis, in s, from the readings of so many seconds on each side."""
    before, after = side(trend, x - before_s, x), side(trend, x, x + after_s)
    first_s, last_s = trend.extent() or (x, x)
    why_not, available_s = _missing_reason("before", trend, before), x - first_s
    if not why_not:
        why_not, available_s = _missing_reason("after", trend, after), last_s - x
    change = low = high = None
    if not why_not and before.mean_pct is not None and after.mean_pct is not None:
        change = after.mean_pct - before.mean_pct
        half = half_width(before, after)
        low, high = change - half, change + half
    mean = before.mean_pct
    return Change(
        marker=marker,
        before=before,
        after=after,
        change_pct=_short(change),
        change_low_pct=_short(low),
        change_high_pct=_short(high),
        change_relative=_short(change / mean if change is not None and mean else None),
        confidence=CONFIDENCE,
        method=METHOD,
        why_not=why_not,
        available_s=round(max(available_s, 0.0), 1) if why_not else None,
    )


def side(trend: Trend, from_s: float, to_s: float) -> MarkerSide:
    """Summarise the readings with from_s <= x < to_s."""
    rows: Columns = trend.between(from_s, to_s)
    _, good = _good_readings(rows)
    return MarkerSide(
        from_s=round(from_s, 3),
        to_s=round(to_s, 3),
        frames=len(rows),
        good=len(good),
        share_good=round(len(good) / len(rows), 4) if len(rows) else None,
        mean_pct=float(good.mean()) if len(good) else None,
        sd_pct=float(good.std(ddof=1)) if len(good) > 1 else None,
        effective_n=round(effective_n(good), 1) if len(good) else None,
    )


def effective_n(values: npt.NDArray[np.float64]) -> float:
    """Return how many independent values a series of n values is worth, 1 to n; n for a constant series."""
    n = len(values)
    centred = values - values.mean() if n else values
    variance = float(centred @ centred)
    if n < 4 or variance <= 1e-12 * n:
        return float(n)
    spectrum = np.fft.rfft(centred, 2 * n)
    correlation = np.fft.irfft(spectrum * spectrum.conj())[:n] / variance
    pairs = correlation[: n // 2 * 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs <= 0)
    kept = np.minimum.accumulate(pairs[: negative[0]] if len(negative) else pairs)
    tau = max(2 * float(kept.sum()) - 1, 1.0)
    lags = 2 * len(kept)
    tau *= (1 + 2 * lags / n) / (1 + tau / n)  # the sample's mean was taken off: all correlations are low by tau / n
    return max(n / tau - 1, 1.0)  # and so is the variance


def half_width(before: MarkerSide, after: MarkerSide) -> float:
    """Return half of the interval of the difference of two means, in % density (Welch)."""
    parts = [((one.sd_pct or 0.0) ** 2 / (one.effective_n or 1.0), one.effective_n or 1.0) for one in (before, after)]
    variance = sum(part for part, _ in parts)
    if variance == 0:
        return 0.0
    freedom = variance**2 / sum(part**2 / max(n - 1, 1e-9) for part, n in parts)
    return quantile_t(0.5 + CONFIDENCE / 2, freedom) * math.sqrt(variance)


def quantile_t(probability: float, freedom: float) -> float:
    """Return Student's t from the normal quantile.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    x = NormalDist().inv_cdf(probability)
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return x + sum(term / freedom**power for power, term in enumerate(terms, start=1))


def course(times: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> str:
    """Return where a series goes: "rising" or "falling" if time explains at least half of its variance."""
    if len(values) < 3 or not times.std() or not values.std():
        return "changing"
    correlation = float(np.corrcoef(times, values)[0, 1])
    if correlation**2 < _EXPLAINED:
        return "changing"
    return "rising" if correlation > 0 else "falling"


def _good_readings(rows: Columns) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return times (s) and densities (%) of the good readings."""
    good = rows[rows["grade"] == GOOD]
    return good["x"], good["density"].astype(np.float64)


def _missing_reason(name: Literal["before", "after"], trend: Trend, one: MarkerSide) -> str:
    """Say why a side does not say enough; nothing if it does."""
    if one.good < _NEEDED:
        return f"Cannot tell: too few good frames {name} it, {one.good} of the {_NEEDED} that are needed."
    if one.effective_n is not None and one.effective_n < _NEEDED_EFFECTIVE:
        moving = course(*_good_readings(trend.between(one.from_s, one.to_s)))
        when = f"already {moving}" if name == "before" else f"still {moving} afterwards"
        return f"Cannot tell: density was {when}."
    return ""


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
