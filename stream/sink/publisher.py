"""The PUB socket for subscribers: two parts, topic and msgpack map. Nobody waits for a slow subscriber."""

from typing import Final

import msgpack
import msgspec
import zmq

from stream.errors import OutputError
from stream.messages import Message

_HIGH_WATER: Final = 1000
NOT_PUBLISHED: Final = ("regions", "picture")


class Publisher:
    """Bound to one endpoint for the life of the sink."""

    def __init__(self, endpoint: str) -> None:
        """Raises OutputError where the endpoint is in use."""
        self._context = zmq.Context(io_threads=1)
        self._socket = self._context.socket(zmq.PUB)
        self._socket.setsockopt(zmq.SNDHWM, _HIGH_WATER)
        self._socket.setsockopt(zmq.LINGER, 200)
        try:
            self._socket.bind(endpoint)
        except zmq.ZMQError as error:
            self._socket.close()
            self._context.term()
            raise OutputError(
                f"cannot publish on {endpoint}: {error.strerror}. Is another one running? "
                "Choose another publish.endpoint, or switch publish.enabled off."
            ) from error

    def publish(self, topic: str, source: str, message: Message) -> None:
        """Send under `<topic>.<source>`. Outlines and pictures stay behind: they are for the page."""
        fields = msgspec.to_builtins(message, builtin_types=(bytes,))
        for name in NOT_PUBLISHED:
            fields.pop(name, None)
        self._socket.send_multipart([f"{topic}.{source}".encode(), msgpack.packb(fields)], zmq.DONTWAIT)

    def close(self) -> None:
        """Let the last messages out."""
        self._socket.close()
        self._context.term()
