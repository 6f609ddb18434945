"""Statistics of density over a session's frames."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from stream.session.store import Store


@dataclass(frozen=True, slots=True)
class DensityStatistics:
    """Density over the good frames, in percent; None if there are none. Standard deviation of the population."""

    good_frames: int
    poor_frames: int
    unusable_frames: int
    density_mean_pct: float | None
    density_sd_pct: float | None
    density_median_pct: float | None
    density_min_pct: float | None
    density_max_pct: float | None


def density_statistics(store: Store) -> DensityStatistics:
    """Return statistics over the good frames, and how many frames there are of each quality."""
    rows = list(store.rows("quality", "density_pct"))
    good = [float(str(density)) for quality, density in rows if quality == "good"]
    share = {verdict: sum(quality == verdict for quality, _ in rows) for verdict in ("poor", "unusable")}

    def rounded(function: Callable[[list[float]], float]) -> float | None:
        return round(function(good), 4) if good else None

    return DensityStatistics(
        good_frames=len(good),
        poor_frames=share["poor"],
        unusable_frames=share["unusable"],
        density_mean_pct=rounded(statistics.fmean),
        density_sd_pct=rounded(statistics.pstdev),
        density_median_pct=rounded(statistics.median),
        density_min_pct=rounded(min),
        density_max_pct=rounded(max),
    )
