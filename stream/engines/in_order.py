"""Readings come back from several workers: restore the order in which their frames were handed out. Pure."""

from collections import deque
from collections.abc import Iterator

from stream.protocol.readings import DensityReading


class InOrder:
    """Gives readings in the order of their frames, whose seqs may have gaps."""

    def __init__(self) -> None:
        self._awaited: deque[int] = deque()
        self._held: dict[int, DensityReading] = {}

    def handed_out(self, seq: int) -> None:
        """Take note that a worker has a frame."""
        self._awaited.append(seq)

    def came(self, reading: DensityReading) -> Iterator[DensityReading]:
        """Take a reading, and yield all whose turn has come."""
        self._held[reading.seq] = reading
        while self._awaited and self._awaited[0] in self._held:
            yield self._held.pop(self._awaited.popleft())
