"""Readings come back from several workers: restore their order, notice duplicates, late ones and gaps. Pure.

With `wait_s` None (replay) a missing seq is waited for without end; with a time (live) it is passed over when a newer
item has waited that long, and if it comes after all it is late. A seq that is known to have no item is not waited for:
what comes after any number of them is still the newest. A missing reading is at work in another worker, and how long
that may take follows from how long frames take now (`ReorderTimeout`).
"""

from collections import deque
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from itertools import chain, islice
from statistics import median
from typing import Final, Generic, TypeVar

_RECENT: Final = 15

Item = TypeVar("Item")


class Arrival(Enum):
    """What became of an item that was offered."""

    HELD = auto()
    DUPLICATE = auto()
    LATE = auto()


class ReorderTimeout:
    """The longest wait for an earlier reading: twice what frames take now, but from `least_s` to `most_s`."""

    def __init__(self, least_s: float, most_s: float) -> None:
        self._least_s, self._most_s = least_s, most_s
        self._took_s: deque[float] = deque(maxlen=_RECENT)

    def took(self, seconds: float) -> None:
        """Take how long a frame took, from its capture to its reading."""
        self._took_s.append(seconds)

    @property
    def wait_s(self) -> float:
        """Return the longest wait now, s."""
        typical_s = median(self._took_s) if self._took_s else 0.0
        return max(self._least_s, min(2 * typical_s, self._most_s))


class Sequencer(Generic[Item]):
    """Puts items in order of seq, each seq once.

    known: seqs that were accounted for before, all below `first` with them; next_seq: above all that were released.
    A restarted sink reads them from disk.
    """

    def __init__(
        self, wait_s: float | None = None, known: Iterable[int] = (), next_seq: int = 0, first: int = 0
    ) -> None:
        self.wait_s = wait_s
        accounted = set(known)
        self.next_seq = next_seq
        self._passed = set(range(first, next_seq)) - accounted
        self._held: dict[int, tuple[float, Item | None]] = {seq: (0.0, None) for seq in accounted if seq >= next_seq}

    @property
    def accounted(self) -> int:
        """Every seq below this was released, skipped or late: the prefix without holes."""
        return min(self._passed, default=self.next_seq)

    def seqs_beyond(self, limit: int) -> list[int]:
        """Return at most `limit` seqs above `accounted` that came nevertheless, the lowest first."""
        between = (seq for seq in range(self.accounted, self.next_seq) if seq not in self._passed)
        return list(islice(chain(between, sorted(self._held)), limit))

    @property
    def waiting(self) -> int:
        """Return how many items are held back for an earlier seq."""
        return sum(item is not None for _, item in self._held.values())

    def offer(self, seq: int, item: Item | None, now_s: float) -> Arrival:
        """Take an item, or None for a seq that will have none."""
        if seq in self._passed:
            self._passed.discard(seq)
            return Arrival.LATE
        if seq < self.next_seq or seq in self._held:
            return Arrival.DUPLICATE
        self._held[seq] = now_s, item
        return Arrival.HELD

    def release(self, now_s: float) -> Iterator[tuple[int, Item]]:
        """Release all items whose turn has come, in order."""
        while self._held:
            if self.next_seq not in self._held and not self._pass_over(now_s):
                return
            _, item = self._held.pop(self.next_seq)
            self.next_seq += 1
            if item is not None:
                yield self.next_seq - 1, item

    def _pass_over(self, now_s: float) -> bool:
        """Give up on the missing seqs before the first held one, if the oldest item has waited long enough."""
        since_s = [since_s for since_s, item in self._held.values() if item is not None]
        if self.wait_s is None or not since_s or now_s - min(since_s) < self.wait_s:
            return False
        first = min(self._held)
        self._passed.update(range(self.next_seq, first))
        self.next_seq = first
        return True
