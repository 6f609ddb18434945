"""How many peers are connected to a bound socket, by the events of its monitor."""

from typing import Final

import zmq

COUNTED: Final = zmq.EVENT_ACCEPTED | zmq.EVENT_DISCONNECTED


class Connections:
    """The open connections. Changed by one thread; their number may be asked from any."""

    def __init__(self) -> None:
        self._open: set[int] = set()

    def __len__(self) -> int:
        return len(self._open)

    def take(self, event: int, descriptor: int) -> None:
        """Take note of an event of the monitor. descriptor: its value, the file descriptor of the connection."""
        if event == zmq.EVENT_ACCEPTED:
            self._open.add(descriptor)
        elif event == zmq.EVENT_DISCONNECTED:
            self._open.discard(descriptor)
