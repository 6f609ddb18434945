"""Statistics of density over a session's frames."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

STATISTICS_COLUMNS: Final = ("quality", "density_pct", "capillary_count")
"""The columns of readings that `density_statistics` takes."""


@dataclass(frozen=True, slots=True)
class DensityStatistics:
    """Density over the good frames, in percent; None if there are none. Standard deviation of the population.

    share_good: good frames over all frames, those that failed included. density_mean_low_pct, density_mean_high_pct:
    90 % interval of the mean (`stream.readings.mean`); None if the frames do not say it.
    """

    good_frames: int
    poor_frames: int
    unusable_frames: int
    share_good: float | None
    density_mean_pct: float | None
    density_mean_low_pct: float | None
    density_mean_high_pct: float | None
    density_sd_pct: float | None
    density_median_pct: float | None
    density_min_pct: float | None
    density_max_pct: float | None
    capillary_count_mean: float | None


def density_statistics(rows: Iterable[tuple[object, ...]]) -> DensityStatistics:
    """Return statistics of a session from `STATISTICS_COLUMNS` of its readings, in order of seq."""
    import numpy as np  # a new sink must be ready in a moment

    from stream.readings.mean import mean_interval

    frames, share = 0, {"good": 0, "poor": 0, "unusable": 0}
    found: list[tuple[float, float]] = []
    for quality, density, count in rows:
        frames += 1
        if quality in share:
            share[str(quality)] += 1
        if quality == "good":
            found.append((float(str(density)), float(str(count or 0))))
    good = np.array(found, np.float64).reshape(-1, 2)
    density, counts = good.T
    interval = mean_interval(density)

    def rounded(value: float) -> float | None:
        return round(float(value), 4) if len(good) else None

    return DensityStatistics(
        good_frames=share["good"],
        poor_frames=share["poor"],
        unusable_frames=share["unusable"],
        share_good=round(share["good"] / frames, 4) if frames else None,
        density_mean_pct=rounded(density.mean()) if len(good) else None,
        density_mean_low_pct=None if interval is None else round(interval[0], 4),
        density_mean_high_pct=None if interval is None else round(interval[1], 4),
        density_sd_pct=rounded(density.std()) if len(good) else None,
        density_median_pct=rounded(np.median(density)) if len(good) else None,
        density_min_pct=rounded(density.min()) if len(good) else None,
        density_max_pct=rounded(density.max()) if len(good) else None,
        capillary_count_mean=rounded(counts.mean()) if len(good) else None,
    )
