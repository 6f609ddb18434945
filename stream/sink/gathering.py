"""Which messages the sink takes before it commits, and how long it waits for them. Knows no disk."""

import time
from collections.abc import Callable, Iterator
from typing import Final

from stream.protocol.messages import AnyMessage
from stream.protocol.readings import DensityReading

_BATCH: Final = 64  # messages per turn: one commit, the dearest step, for all of them
_GATHERED: Final = 4  # readings: fewer than the ring has slots beyond those at workers, so that capture never waits
_GATHER_S: Final = 0.02


def messages_of_turn(
    receive: Callable[[int], AnyMessage | None], wait_ms: int, *, gather: bool
) -> Iterator[AnyMessage]:
    """Yield the messages that are there, after a wait for the first.

    receive: returns the next message, None after so many milliseconds. gather: after a reading, wait a moment for a few
    more: the disk, capture and workers have less to do then. For a replay, in which no one waits for a single reading.
    """
    readings, until_s = 0, 0.0
    for _ in range(_BATCH):
        message = receive(wait_ms)
        if message is None:
            return
        yield message
        if isinstance(message, DensityReading):
            readings += 1
            until_s = until_s or time.monotonic() + _GATHER_S
        gathering = gather and 0 < readings < _GATHERED
        wait_ms = max(0, round(1000 * (until_s - time.monotonic()))) if gathering else 0
