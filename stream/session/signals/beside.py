"""What signals of other devices were at the time of each reading.

The value is that of the sample nearest in time to the capture, unchanged, if it is at most one second away; else there
is none. A pressure that is measured every five minutes is thus beside the readings of those seconds alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.session.archive import Archive
from stream.session.signals.stored import StoredSignal, samples_of, signals_of

_FARTHEST_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class BesideColumn:
    """A channel that has numbers, as a column. t_ns: of its samples, in order; values: NaN if there is none."""

    name: str
    unit: str
    t_ns: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]

    def at(self, moments_ns: Sequence[int]) -> list[float | None]:
        """Return the value beside each moment."""
        wanted = np.asarray(moments_ns, np.int64)
        after = np.clip(np.searchsorted(self.t_ns, wanted), 0, len(self.t_ns) - 1)
        before = np.maximum(after - 1, 0)
        nearest = np.where(wanted - self.t_ns[before] <= self.t_ns[after] - wanted, before, after)
        near = np.abs(self.t_ns[nearest] - wanted) <= _FARTHEST_NS
        found = np.where(near, self.values[nearest], np.nan)
        return [None if np.isnan(value) else float(value) for value in found]


def columns_beside(archive: Archive) -> list[BesideColumn]:
    """Return a column for each channel that has numbers, named `signal.channel`. Raises OutputError."""
    with archive.readable():
        return [column for signal in signals_of(archive) for column in _columns(archive, signal)]


def _columns(archive: Archive, signal: StoredSignal) -> list[BesideColumn]:
    samples = list(samples_of(archive, signal.name))
    t_ns = np.array([t for t, _ in samples], np.int64)
    found = []
    for place, channel in enumerate(signal.channels):
        ours = [values[place] if place < len(values) else None for _, values in samples]
        numbers = np.array([value if isinstance(value, float) else np.nan for value in ours], np.float64)
        if np.isfinite(numbers).any():
            found.append(BesideColumn(f"{signal.name}.{channel.label}", channel.unit, t_ns, numbers))
    return found
