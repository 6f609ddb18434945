"""What a short trial of a source says of it: rate, jitter, losses, latency. Pure."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from msgspec import Struct

_COMPARABLE_NS: Final = 60 * 10**9
"""A device's clock that is farther than this from the machine's is another clock."""


class TrialFigures(Struct, frozen=True, kw_only=True):
    """The figures of a trial. Times are None if there are too few frames.

    frames: that came, failed ones included. lost: that the source says it lost. rate_hz: frames per second.
    interval_ms: median from one frame to the next; jitter_ms: half of the interquartile range of these intervals;
    longest_ms: of them. latency_ms: median, from `latency_from` until the pixels are there.
    latency_from: "device clock", or "grab" if the device has no clock that can be compared.
    """

    frames: int
    failed: int
    lost: int
    rate_hz: float | None = None
    interval_ms: float | None = None
    jitter_ms: float | None = None
    longest_ms: float | None = None
    latency_ms: float | None = None
    latency_from: str = "grab"


@dataclass(slots=True)
class SourceTrial:
    """The frames of a trial, one after the other."""

    _times_s: list[float] = field(default_factory=list)
    _reading_ms: list[float] = field(default_factory=list)
    _device_ms: list[float] = field(default_factory=list)
    _failed: int = 0
    _lost: int = 0

    def frame(self, *, time_s: float, reading_s: float, whole: bool, lost_before: int, age_ns: int | None) -> None:
        """Take note of a frame.

        time_s: when it came, or its place in a recording. reading_s: how long it took to get its pixels. whole: they
        could be read. age_ns: time since the device took it, by the device's clock and that of the machine; None if
        the device has no clock.
        """
        self._times_s.append(time_s)
        self._lost += lost_before
        if not whole:
            self._failed += 1
            return
        self._reading_ms.append(reading_s * 1e3)
        if age_ns is not None and 0 <= age_ns < _COMPARABLE_NS:
            self._device_ms.append(age_ns / 1e6)

    def figures(self, lost_at_end: int = 0) -> TrialFigures:
        """Return what the frames say."""
        gaps_s = [later - earlier for earlier, later in pairwise(self._times_s)]
        whole = len(self._reading_ms)
        by_device = bool(whole) and len(self._device_ms) == whole
        latencies = self._device_ms if by_device else self._reading_ms
        return TrialFigures(
            frames=len(self._times_s),
            failed=self._failed,
            lost=self._lost + lost_at_end,
            rate_hz=len(gaps_s) / math.fsum(gaps_s) if math.fsum(gaps_s) > 0 else None,
            interval_ms=1e3 * statistics.median(gaps_s) if gaps_s else None,
            jitter_ms=1e3 * _spread(gaps_s) if len(gaps_s) > 1 else None,
            longest_ms=1e3 * max(gaps_s) if gaps_s else None,
            latency_ms=statistics.median(latencies) if latencies else None,
            latency_from="device clock" if by_device else "grab",
        )


def _spread(values: Sequence[float]) -> float:
    """Return half of the interquartile range."""
    lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
    return (upper - lower) / 2
