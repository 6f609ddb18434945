"""The PUB socket for subscribers: two parts, topic and msgpack map. Nobody waits for a slow subscriber.

Beyond this machine it is encrypted, and open to allowed keys alone (`stream.keys`). A thread of its own serves it:
whatever strangers do to the socket, the sink goes on.
"""

import logging
import threading
import time
from queue import Empty, Full, Queue
from typing import Final

import msgpack
import msgspec
import zmq

from stream.errors import OutputError, StreamError
from stream.machine.memory import Growth
from stream.protocol.types import Message
from stream.security.events import Notes
from stream.security.key_check import Gate
from stream.security.keyring import Keyring

log = logging.getLogger("capillary.publisher")

_HIGH_WATER: Final = 1000
_LONGEST_SUBSCRIPTION: Final = 512
"""Bytes: far above any topic, and little more than the longest message of a CURVE handshake."""
_PLACE: Final = "subscribers"
_FAILED: Final = zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
_LOOK_S: Final = 0.05
_MOST_GROWTH_MB: Final = 96.0
_SHUT_S: Final = 3.0
_LAST_WORDS_S: Final = 1.0
NOT_PUBLISHED: Final = ("regions", "picture")

Parts = list[bytes]


class Publisher:
    """Bound to one endpoint for the life of the sink, but for seconds after peers flooded it with subscriptions.

    endpoint: as it is bound.
    """

    def __init__(self, endpoint: str, keyring: Keyring | None = None, notes: Notes | None = None) -> None:
        """Who has no key of `keyring` gets nothing, and is noted. Without one, everyone who reaches it is served.

        Raises OutputError where the endpoint is in use, ConfigError where the keyring has no key.
        """
        self._keyring, self._notes = keyring, notes or Notes()
        self._growth = Growth()
        self._door: _Door | None = _Door(endpoint, keyring, self._notes)
        self.endpoint = self._door.endpoint
        self._open_again_s = 0.0
        self._waiting: Queue[Parts | None] = Queue(_HIGH_WATER)
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._thread.start()

    def publish(self, topic: str, source: str, message: Message) -> None:
        """Send under `<topic>.<source>`. Outlines and pictures stay behind: they are for the page."""
        fields = msgspec.to_builtins(message, builtin_types=(bytes,))
        for name in NOT_PUBLISHED:
            fields.pop(name, None)
        self._hand_over([f"{topic}.{source}".encode(), msgpack.packb(fields)])

    def close(self) -> None:
        """Let the last messages out."""
        self._hand_over(None)
        self._thread.join(_LAST_WORDS_S)

    def _hand_over(self, parts: Parts | None) -> None:
        try:
            self._waiting.put_nowait(parts)
        except Full:  # the thread is held up: as a slow subscriber, whoever listens loses messages
            return

    def _run(self) -> None:
        look_s = 0.0
        while True:
            try:
                parts = self._waiting.get(timeout=_LOOK_S)
            except Empty:
                parts = []
            if parts is None:
                break
            if parts and self._door is not None:
                self._door.send(parts)
            if (now_s := time.monotonic()) >= look_s:
                self._look(now_s)
                look_s = now_s + _LOOK_S
        if self._door is not None:
            self._door.close()

    def _look(self, now_s: float) -> None:
        if self._door is None:
            if now_s >= self._open_again_s:
                self._open(now_s)
            return
        self._door.look()
        if (grown_mb := self._growth.mb()) > _MOST_GROWTH_MB:
            self._door.close(linger_ms=0)  # with it goes all that its peers had sent
            self._door, self._open_again_s = None, time.monotonic()
            if self._growth.settle() < grown_mb / 2:  # else the sink itself grew: a long table, a trend
                self._open_again_s += _SHUT_S
                self._notes.add("refused", _PLACE, detail="they made memory grow; all were shut out for seconds")
                log.warning("memory grew by %.0f MB: subscribers are shut out for %.0f s", grown_mb, _SHUT_S)

    def _open(self, now_s: float) -> None:
        try:
            self._door = _Door(self.endpoint, self._keyring, self._notes)
        except (StreamError, zmq.ZMQError) as error:
            self._open_again_s = now_s + _SHUT_S
            log.warning("%s", error)
        self._growth.settle()


class _Door:
    """The bound socket, and all that goes when it is closed."""

    def __init__(self, endpoint: str, keyring: Keyring | None, notes: Notes) -> None:
        self._context = zmq.Context(io_threads=1)
        self._gate: Gate | None = None
        self._notes = notes
        self._failures: zmq.Socket[bytes] | None = None
        self._socket = self._context.socket(zmq.PUB)
        self._socket.setsockopt(zmq.SNDHWM, _HIGH_WATER)
        # One subscription at a time, or a flood of them never lets go of a send. A key is counted as one more.
        self._socket.setsockopt(zmq.RCVHWM, 1 if keyring is None else 2)
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
        self.endpoint = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)

    def send(self, parts: Parts) -> None:
        """To whoever takes it now."""
        self._socket.send_multipart(parts, zmq.DONTWAIT)

    def look(self) -> None:
        """Take up subscriptions, and note who spoke no ZeroMQ. With keys the gate tells that."""
        self._socket.getsockopt(zmq.EVENTS)
        strangers = 0
        while self._failures is not None and self._failures.poll(0):
            self._failures.recv_multipart()
            strangers += 1
        if strangers:
            self._notes.add("refused", _PLACE, detail="it does not speak ZeroMQ", count=strangers)

    def close(self, linger_ms: int | None = None) -> None:
        """Let the last messages out, for so long."""
        if self._failures is not None:
            self._socket.disable_monitor()
            self._failures.close(linger=0)
        if self._gate is not None:
            self._gate.close()
        self._socket.close(linger=linger_ms)
        self._context.term()
