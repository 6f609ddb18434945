"""The outlet to the page: each message to the view process, if there is one. Knows no socket."""

from collections.abc import Callable

from stream.protocol.types import Message


class ViewOutlet:
    """An outlet without a queue: `send` has one already, and refuses instead of waiting."""

    def __init__(self, send: Callable[[Message], bool]) -> None:
        """Tell the view through `send`, which returns False if the view is not there or takes nothing more."""
        self._send = send
        self._closed = False
        self.missed = 0

    def tell(self, message: Message) -> None:
        """Send a message of any kind: the page needs more than what leaves the program."""
        if not (self._closed or self._send(message)):
            self.missed += 1

    def close(self) -> None:
        """Take nothing more."""
        self._closed = True
