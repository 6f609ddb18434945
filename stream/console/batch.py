"""The recordings of one command: which one this is, how far all of them are, and what is left. Pure but for the clock.

What a recording costs is not known before it is done. Its bytes stand for that: recordings of one archive are mostly of
one kind.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_LEAST_DONE: Final = 0.05
"""Of one recording: with less, nothing can be said of the time that is left."""


class BatchProgress:
    """How far the recordings of one command are, by their place from 0."""

    def __init__(self, sizes: Sequence[float], complete: Sequence[bool] = ()) -> None:
        """Begin now.

        sizes: of each recording, in any unit; 0 if it is not known: then it counts as the mean of the others.
        complete: those that were done before the command began, and take no time.
        """
        known = [size for size in sizes if size] or [1.0]
        mean = sum(known) / len(known)
        done = [*complete] or [False] * len(sizes)
        self._sizes = [0.0 if before else size or mean for size, before in zip(sizes, done, strict=True)]
        self._least_done = _LEAST_DONE * mean
        self._shares = [0.0] * len(sizes)
        self._begun_s = time.monotonic()

    def note(self, place: int, share: float) -> None:
        """Take how much of a recording is done, 0 to 1."""
        self._shares[place] = share

    def share(self, place: int) -> float:
        """Return how much of a recording is done, 0 to 1."""
        return self._shares[place]

    @property
    def left(self) -> float:
        """Return what is not analysed yet of all recordings, in the unit of their sizes."""
        return sum(size * (1 - share) for size, share in zip(self._sizes, self._shares, strict=True))

    def left_s(self, now_s: float | None = None) -> float | None:
        """Return the time left for all recordings, s, at the speed so far; None if too little is done."""
        left = self.left
        done = sum(self._sizes) - left
        passed_s = (time.monotonic() if now_s is None else now_s) - self._begun_s
        return None if done < self._least_done else passed_s * left / done

    def workers_for(self, place: int, workers: int) -> int:
        """Return how many of all workers a recording that begins now gets: its part of what is left, rounded up.

        So the first ones of many recordings get one each, and a long or a last one as many as keep all cores busy.
        """
        size = self._sizes[place]
        return max(1, math.ceil(workers * size / max(self.left, size))) if size else 1

    def longest_first(self) -> list[int]:
        """Return the places of all recordings, the longest first: so that the last one to end is a short one."""
        return sorted(range(len(self._sizes)), key=lambda place: -self._sizes[place])


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """One recording of several: the number-th of count, by the name of its file. progress: of all of them."""

    number: int
    count: int
    name: str
    progress: BatchProgress

    def words(self) -> str:
        """Return which recording this is, for the person who named it."""
        return f"{self.number_words()}, {self.name}"

    def number_words(self) -> str:
        """Return which recording this is, without its name."""
        return f"file {self.number} of {self.count}"

    @property
    def share(self) -> float:
        """Return how much of this recording is done, 0 to 1."""
        return self.progress.share(self.number - 1)

    def note(self, share: float) -> None:
        """Take how much of this recording is done, 0 to 1."""
        self.progress.note(self.number - 1, share)


def time_words(seconds: float) -> str:
    """Return a time that is left as people say it."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
