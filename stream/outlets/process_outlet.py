"""An outlet in another process of the run: the page, or the delivery to receivers outside. Knows no socket."""

from collections.abc import Callable

from stream.protocol.types import Message


class ProcessOutlet:
    """An outlet without a queue: `send` has one already, and refuses instead of waiting."""

    def __init__(self, send: Callable[[Message], bool], part: Callable[[Message], Message | None]) -> None:
        """Tell the process through `send`, which returns False if it is not there or takes nothing more.

        part: returns of a message what the process needs; None: nothing.
        """
        self._send, self._part = send, part
        self._closed = False
        self.missed = 0

    def tell(self, message: Message) -> None:
        """Send a message, or what the process needs of it."""
        part = None if self._closed else self._part(message)
        if part is not None and not self._send(part):
            self.missed += 1

    def close(self) -> None:
        """Take nothing more."""
        self._closed = True
