"""The sender of a run that is one of several: to the inbox of the command, which publishes and shows all of them."""

from typing import Final

import zmq

from stream.config.source_place import SourcePlace
from stream.errors import OutputError
from stream.outlets.outlet import HIGH_WATER, Published
from stream.protocol.wire import encode
from stream.security.key_pair import Keys, use_curve

_LAST_MESSAGES_MS: Final = 300


class CollectorSender:
    """A connection to the inbox of the command that began this run."""

    def __init__(self, place: SourcePlace) -> None:
        self._context = zmq.Context(io_threads=1)
        self._socket = self._context.socket(zmq.PUSH)
        self._socket.setsockopt(zmq.SNDHWM, HIGH_WATER)
        self._socket.setsockopt(zmq.LINGER, _LAST_MESSAGES_MS)
        if place.keys is not None:
            keys = Keys(*place.keys)
            use_curve(self._socket, keys, server_key=keys.public)
        self._socket.connect(place.collector)

    def send(self, message: Published) -> None:
        """Send a message. Raises OutputError if the command has stopped taking any."""
        try:
            self._socket.send(encode(message), zmq.DONTWAIT)
        except zmq.Again as error:
            raise OutputError("the command that began this run takes no message") from error

    def close(self) -> None:
        """Let the last messages out, then let go of the connection."""
        self._socket.close()
        self._context.term()
