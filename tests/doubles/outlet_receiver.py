"""A receiver of this process, and the sender to it."""

import time

from stream.errors import RefusedMessageError
from stream.outlets.outlet import Published
from stream.protocol.readings import DensityReading


class Receiver:
    """It may be away, refuse messages, or take only so many readings.

    away: nothing arrives. takes_s: how long it takes for each message. refused: seqs of readings that it will never
    take. awaited: readings that it takes at all.
    """

    acknowledged = True
    subject = ""

    def __init__(self) -> None:
        self.taken: list[Published] = []
        self.away, self.takes_s = False, 0.0
        self.refused: set[int] = set()
        self.awaited = 1_000_000

    def send(self, message: Published) -> None:
        if self.away or len(self.seqs) >= self.awaited:
            raise ConnectionError("it is away")
        time.sleep(self.takes_s)
        if isinstance(message, DensityReading) and message.seq in self.refused:
            raise RefusedMessageError("it does not like that one")
        self.taken.append(message)

    def close(self) -> None:
        pass

    @property
    def seqs(self) -> list[int]:
        return [message.seq for message in self.taken if isinstance(message, DensityReading)]
