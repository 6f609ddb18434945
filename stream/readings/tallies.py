"""What is counted of readings beyond a run's status: their quality, and how long steps took, as histograms. Pure.

One thread counts; others may read, and see a count that is at most one reading old.
"""

from bisect import bisect_left
from collections import Counter
from itertools import accumulate
from typing import Final

from stream.protocol.readings import DensityReading
from stream.protocol.types import QualityVerdict

BOUNDS_S: Final = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)
"""Upper ends of the classes of a histogram, s: close where the time of a good run lies, a tenth of a second."""


class Histogram:
    """How many times were within each of `BOUNDS_S`, and beyond the last, and their sum."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS_S) + 1)
        self.sum_s = 0.0

    def add(self, seconds: float) -> None:
        """Count a time; an upper end belongs to its class."""
        self._counts[bisect_left(BOUNDS_S, seconds)] += 1
        self.sum_s += seconds

    def cumulative(self) -> list[int]:
        """Return how many times were at most as long as each bound, and last how many there were."""
        return list(accumulate(self._counts))


class Tallies:
    """The tallies of a run, as this process has seen it.

    quality: readings by verdict. analysis: how long the analyser took. publication: grab to publication.
    """

    def __init__(self) -> None:
        self.quality: Counter[QualityVerdict] = Counter()
        self.analysis, self.publication = Histogram(), Histogram()

    def take(self, reading: DensityReading) -> None:
        """Count a reading that was published; what it does not know of its times is not counted."""
        if reading.quality is not None:
            self.quality[reading.quality] += 1
        if reading.begun_ms:
            self.analysis.add((reading.latency_ms - reading.begun_ms) / 1e3)
        if reading.stored_ms:
            self.publication.add(reading.stored_ms / 1e3)
