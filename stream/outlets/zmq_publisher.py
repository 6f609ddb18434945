"""The PUB socket for subscribers: two parts, topic and msgpack map. A slow subscriber delays no other.

Beyond this machine it is encrypted, and open to allowed keys alone (`stream.security`). It lives in its outlet's
thread: whatever strangers do to the socket, the sink goes on.
"""

import logging
import struct
import time
from typing import Final

import msgspec
import zmq

from stream.errors import OutputError, StreamError
from stream.machine.memory import MOST_GROWTH_MB, MemoryGrowth
from stream.outlets.outlet import HIGH_WATER, KINDS, Published
from stream.security.connections import COUNTED, Connections
from stream.security.endpoints import bind
from stream.security.events import SecurityEvents
from stream.security.key_check import KeyCheck
from stream.security.keyring import Keyring

log = logging.getLogger("capillary.publisher")

_LONGEST_SUBSCRIPTION: Final = 512
"""Bytes: far above any topic, and little more than the longest message of a CURVE handshake."""
_KERNEL_BUFFER: Final = 256 * 1024
"""Bytes for each subscriber, beside `HIGH_WATER` messages: for one that does not read, little is held."""
_PLACE: Final = "subscribers"
_FAILED: Final = zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
_EVENT: Final = struct.Struct("=HI")
"""An event of a socket's monitor and its value (zmq_socket_monitor(3))."""
_SHUT_S: Final = 3.0
NOT_PUBLISHED: Final = ("regions", "objects", "picture")
"""Fields of a reading that are for the page: no subscriber gets them, nor their keys."""

_encoder: Final = msgspec.msgpack.Encoder()


class Publisher:
    """A sender whose socket is bound for its whole life, except for seconds after peers flooded it with subscriptions.

    endpoint: the address that it is bound to, with its port. guarded: it is encrypted, for allowed keys alone.
    """

    def __init__(self, endpoint: str, keyring: Keyring | None = None, events: SecurityEvents | None = None) -> None:
        """Bind the socket. A peer without a key of `keyring` gets nothing, and is recorded; without one all are served.

        Raises OutputError if the endpoint is in use, ConfigError if the keyring has no key.
        """
        self._keyring, self._events = keyring, events or SecurityEvents()
        self.guarded = keyring is not None
        self._growth = MemoryGrowth()
        self._socket: _BoundSocket | None = _BoundSocket(endpoint, keyring, self._events)
        self.endpoint = self._socket.endpoint
        self._open_again_s = 0.0

    @property
    def subscribers(self) -> int:
        """Return how many are connected; may be asked from any thread."""
        open_now = self._socket
        return 0 if open_now is None else open_now.subscribers

    def send(self, message: Published) -> None:
        """Send a message under `<topic>.<source>` to the subscribers that take it now.

        Raises OutputError while all of them are shut out.
        """
        if self._socket is None:
            raise OutputError("all subscribers are disconnected for a few seconds")
        fields = msgspec.to_builtins(message, builtin_types=(bytes,))
        for name in NOT_PUBLISHED:
            fields.pop(name, None)
        topic = f"{KINDS[type(message)]}.{message.source or 'none'}"
        self._socket.send([topic.encode(), _encoder.encode(fields)])

    def look(self) -> None:
        """Take up subscriptions, note strangers, and shut all out for seconds if they make memory grow.

        To be called some twenty times a second, also while nothing is sent: ZeroMQ reads only then.
        """
        if self._socket is None:
            if time.monotonic() >= self._open_again_s:
                self._open()
            return
        self._socket.look()
        if (grown_mb := self._growth.mb()) > MOST_GROWTH_MB:
            # No limit of ZeroMQ's counts what a peer makes it hold: only with the socket does it go.
            self._socket.close(linger_ms=0)
            self._socket = None
            if self._growth.settle() >= grown_mb / 2:  # the sink itself grew: a long table, a trend
                self._open()
                return
            self._open_again_s = time.monotonic() + _SHUT_S
            self._events.add("refused", _PLACE, detail="they made memory grow; all were disconnected for a few seconds")
            log.warning("memory grew by %.0f MB: subscribers are disconnected for %.0f s", grown_mb, _SHUT_S)

    def close(self) -> None:
        """Let the last messages out, then let go of the socket."""
        if self._socket is not None:
            self._socket.close()

    def _open(self) -> None:
        try:
            self._socket = _BoundSocket(self.endpoint, self._keyring, self._events)
        except (StreamError, zmq.ZMQError) as error:
            self._open_again_s = time.monotonic() + _SHUT_S
            log.warning("%s", error)
        self._growth.settle()


class _BoundSocket:
    """The bound socket, and all that goes when it is closed."""

    def __init__(self, endpoint: str, keyring: Keyring | None, events: SecurityEvents) -> None:
        self._context = zmq.Context(io_threads=1)
        self._key_check: KeyCheck | None = None
        self._events = events
        self._monitor: zmq.Socket[bytes] | None = None
        self._connections = Connections()
        self._socket = self._context.socket(zmq.PUB)
        self._socket.setsockopt(zmq.SNDHWM, HIGH_WATER)
        self._socket.setsockopt(zmq.SNDBUF, _KERNEL_BUFFER)
        # One subscription at a time, or a flood of them never lets go of a send. A key is counted as one more.
        self._socket.setsockopt(zmq.RCVHWM, 1 if keyring is None else 2)
        self._socket.setsockopt(zmq.LINGER, 200)
        self._socket.setsockopt(zmq.MAXMSGSIZE, _LONGEST_SUBSCRIPTION)
        if keyring is not None:
            own = keyring.own()
            self._key_check = KeyCheck(self._context, keyring.name_of, self._events)
            self._key_check.guard(self._socket, own, _PLACE)
        else:
            self._monitor = self._socket.get_monitor_socket(_FAILED | COUNTED)
        try:
            self.endpoint = bind(self._socket, endpoint)
        except OutputError as error:
            self.close()
            raise OutputError(
                f"cannot publish on {endpoint}: {error}. "
                "Choose another endpoint (--publish tcp://127.0.0.1:5561, or publish.endpoint), or none (--no-publish)."
            ) from error

    @property
    def subscribers(self) -> int:
        """Return how many are connected."""
        return len(self._connections) if self._key_check is None else self._key_check.connected

    def send(self, parts: list[bytes]) -> None:
        """Send to the subscribers that take it now; for a slow one ZeroMQ drops it."""
        self._socket.send_multipart(parts, zmq.DONTWAIT)

    def look(self) -> None:
        """Take up subscriptions, count peers, and record those that speak no ZeroMQ; with keys the key check does."""
        self._socket.getsockopt(zmq.EVENTS)
        strangers = 0
        while self._monitor is not None and self._monitor.poll(0):
            event, value = _EVENT.unpack(self._monitor.recv_multipart()[0])
            self._connections.take(event, value)
            strangers += bool(event & _FAILED)
        if strangers:
            self._events.add("refused", _PLACE, detail="it does not speak ZeroMQ", count=strangers)

    def close(self, linger_ms: int | None = None) -> None:
        """Let the last messages out for `linger_ms`, by default 200 ms, then release all."""
        if self._monitor is not None:
            self._socket.disable_monitor()
            self._monitor.close(linger=0)
        if self._key_check is not None:
            self._key_check.close()
        self._socket.close(linger=linger_ms)
        self._context.term()
