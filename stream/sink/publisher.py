"""The PUB socket for subscribers: two parts, topic and msgpack map. Nobody waits for a slow subscriber.

Beyond this machine it is encrypted, and open to allowed keys alone (`stream.keys`).
"""

from typing import Final

import msgpack
import msgspec
import zmq

from stream.errors import OutputError
from stream.keys.gate import Gate
from stream.keys.keyring import Keyring
from stream.messages import Message
from stream.notes import Notes

_HIGH_WATER: Final = 1000
_LONGEST_SUBSCRIPTION: Final = 1000
_PLACE: Final = "subscribers"
_FAILED: Final = zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
NOT_PUBLISHED: Final = ("regions", "picture")


class Publisher:
    """Bound to one endpoint for the life of the sink."""

    def __init__(self, endpoint: str, keyring: Keyring | None = None, notes: Notes | None = None) -> None:
        """Who has no key of `keyring` gets nothing, and is noted. Without one, everyone who reaches it is served.

        Raises OutputError where the endpoint is in use, ConfigError where the keyring has no key.
        """
        self._context = zmq.Context(io_threads=1)
        self._gate: Gate | None = None
        self._notes = notes or Notes()
        self._failures: zmq.Socket[bytes] | None = None
        self._socket = self._context.socket(zmq.PUB)
        self._socket.setsockopt(zmq.SNDHWM, _HIGH_WATER)
        self._socket.setsockopt(zmq.LINGER, 200)
        self._socket.setsockopt(zmq.MAXMSGSIZE, _LONGEST_SUBSCRIPTION)
        if keyring is not None:
            own = keyring.own()
            self._gate = Gate(self._context, keyring.name_of, self._notes)
            self._gate.guard(self._socket, own, _PLACE)
        else:
            self._failures = self._socket.get_monitor_socket(_FAILED)
        try:
            self._socket.bind(endpoint)
        except zmq.ZMQError as error:
            self.close()
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

    def note_strangers(self) -> None:
        """Who connected since and spoke no ZeroMQ. With keys the gate tells."""
        strangers = 0
        while self._failures is not None and self._failures.poll(0):
            self._failures.recv_multipart()
            strangers += 1
        if strangers:
            self._notes.add("refused", _PLACE, detail="it does not speak ZeroMQ", count=strangers)

    def close(self) -> None:
        """Let the last messages out."""
        if self._failures is not None:
            self._socket.disable_monitor()
            self._failures.close(linger=0)
        if self._gate is not None:
            self._gate.close()
        self._socket.close()
        self._context.term()
