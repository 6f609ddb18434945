"""Which commit reports are due: what the session has, for capture and the workers, and the deaths that it came after.

Capture frees the slots of reported frames and workers forget reported readings, so a report must never be ahead of the
disk: the sink asks for reports only after a commit. Knows no disk and no socket.
"""

from collections import deque
from collections.abc import Iterable
from typing import Any, Final

from stream.protocol.frames import Committed
from stream.protocol.processes import Tell
from stream.protocol.types import MAX_BEYOND
from stream.readings.ordering import Sequencer

_FORGOTTEN_TOGETHER: Final = 16
"""Readings of a session after which workers are told: all that a report does there is to free memory."""


class Acknowledgements:
    """What capture knows of the session, and what it is still owed."""

    def __init__(self, sequencer: Sequencer[Any], incarnation: int, tell: Tell) -> None:
        """Begin with nothing reported. incarnation: of this sink; capture discards reports of an earlier one."""
        self._sequencer, self._incarnation, self._tell = sequencer, incarnation, tell
        self._reported_seq: int | None = None
        self._forgotten_seq: int | None = None
        self._deaths: deque[tuple[int, int]] = deque()

    def meet_capture(self) -> None:
        """Owe a new capture a report, even if nothing has changed since the last one: it continues from there."""
        self._reported_seq = None

    def lose_capture(self) -> None:
        """Forget the deaths that were due to it: the next capture has never met those workers."""
        self._deaths.clear()

    def lose_worker(self, index: int, incarnation: int) -> None:
        """Owe capture a report that comes after the death of a worker.

        All that the worker sent to this sink lies before its death in the inbox. So from this report capture knows
        which of the worker's frames have a reading, and computes only the others again.
        """
        self._deaths.append((index, incarnation))

    def report(self, workers: Iterable[int]) -> None:
        """Send the reports that are due. What capture does not take now is tried again at the next call."""
        accounted = self._sequencer.accounted
        if self._forgotten_seq is None or accounted >= self._forgotten_seq + _FORGOTTEN_TOGETHER:
            self._forgotten_seq = accounted
            for index in workers:
                self._tell("worker", self._committed(), index)
        if accounted != self._reported_seq and self._tell("capture", self._committed()):
            self._reported_seq = accounted
        while self._deaths and self._tell("capture", self._committed(after_death_of=self._deaths[0])):
            self._deaths.popleft()

    def _committed(self, after_death_of: tuple[int, int] | None = None) -> Committed:
        return Committed(
            next_seq=self._sequencer.accounted,
            sink=self._incarnation,
            beyond=tuple(self._sequencer.seqs_beyond(MAX_BEYOND)),
            after_death_of=after_death_of,
        )
