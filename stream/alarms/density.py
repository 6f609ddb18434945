"""Density of the last seconds, as rules judge it: a median, and how far it fell within a longer window. Pure."""

import statistics
from bisect import bisect_left, insort
from collections import deque
from typing import Final

NEEDED: Final = 3
"""Good readings that a median needs: one odd frame never decides."""
_PEAK_STEP_NS: Final = 1_000_000_000


class RecentDensity:
    """Good readings of a window, and one median per second of the longer window."""

    def __init__(self) -> None:
        self._readings: deque[tuple[int, float]] = deque()
        self._sorted: list[float] = []  # their densities: sorting them anew for each reading costs a tenth of the sink
        self._medians: deque[tuple[int, float]] = deque()  # falling: the first is the highest of the window
        self._next_peak_ns = 0
        self.median: float | None = None

    def take(self, t_ns: int, density_pct: float, over_s: float, fall_over_s: float) -> None:
        """Add a good reading; `t_ns` never decreases. over_s: length of the window; fall_over_s: of the longer one."""
        self._readings.append((t_ns, density_pct))
        insort(self._sorted, density_pct)
        while self._readings[0][0] < t_ns - over_s * 1e9:
            _, old = self._readings.popleft()
            del self._sorted[bisect_left(self._sorted, old)]
        self.median = statistics.median(self._sorted) if len(self._sorted) >= NEEDED else None
        while self._medians and self._medians[0][0] < t_ns - fall_over_s * 1e9:
            self._medians.popleft()
        if self.median is not None and t_ns >= self._next_peak_ns:
            self._next_peak_ns = t_ns + _PEAK_STEP_NS
            while self._medians and self._medians[-1][1] <= self.median:
                self._medians.pop()
            self._medians.append((t_ns, self.median))

    def fall_pct(self) -> float | None:
        """Return how much lower the median is than the highest of the longer window, % of that; None if not known."""
        if self.median is None or not self._medians:
            return None
        peak = max(self._medians[0][1], self.median)
        return 100 * (1 - self.median / peak) if peak > 0 else 0.0
