"""Pushers and pullers over ZeroMQ: one inbox for a process, one outbox for each of its peers.

Every incarnation of a process binds an inbox of its own, so that what was queued for a dead process dies with it.
No ZMTP heartbeats here: they disconnect a busy peer and do not notice a stopped one; deaths come from the supervisor.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import zmq

from stream.errors import OutputError, WireError
from stream.machine.run_folder import endpoint
from stream.protocol.messages import AnyMessage
from stream.protocol.types import Message
from stream.protocol.wire import MAX_MESSAGE_BYTES, decode, encode
from stream.security.key_pair import Keys, use_curve

_HIGH_WATER: Final = 1000
"""Messages that wait on one side of a connection; beyond it `send` says no, and the sender decides what to do."""
_RECONNECT_MS: Final = 10
_LAST_MESSAGES_MS: Final = 300


class Inbox:
    """A bound PULL socket: all messages to a process arrive here, one after the other.

    keys: the run's own pair; only processes that have it get through.
    rejected: messages that were not of this protocol, dropped and counted.
    """

    def __init__(
        self,
        context: "zmq.Context[zmq.Socket[bytes]]",
        folder: Path,
        name: str,
        portable: bool,
        keys: Keys | None = None,
    ) -> None:
        self._context = context
        self._socket = context.socket(zmq.PULL)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.RCVHWM, _HIGH_WATER)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)  # disconnects who sends more, unread
        if keys is not None:
            use_curve(self._socket, keys)
        address = endpoint(folder, name, portable)
        try:
            self._socket.bind(address)
        except zmq.ZMQError as error:
            self._socket.close()
            raise OutputError(f"cannot listen on {address}: {error.strerror}") from error
        self.endpoint = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._wake_address = f"inproc://{name}"
        self._socket.bind(self._wake_address)  # for threads of this process; one poll waits for both
        self._poller = zmq.Poller()
        self._poller.register(self._socket, zmq.POLLIN)
        self.rejected = 0
        self._reported = 0

    def receive(self, timeout_ms: int) -> AnyMessage | None:
        """Return the next message; None after `timeout_ms`, when woken, or if what came was no message."""
        self.wait(timeout_ms)
        return self._take()

    def drain(self) -> Iterator[AnyMessage]:
        """Take all messages that are there now."""
        while self._socket.poll(0):
            message = self._take()
            if message is not None:
                yield message

    def wait(self, timeout_ms: int, handles: Iterable[int] = ()) -> set[int]:
        """Wait for a message or for one of the descriptors; returns the descriptors that are ready."""
        watched = list(handles)
        for handle in watched:
            self._poller.register(handle, zmq.POLLIN)
        try:
            ready = dict(self._poller.poll(timeout_ms))
        finally:
            for handle in watched:
                self._poller.unregister(handle)
        return {handle for handle in watched if handle in ready}

    def _take(self) -> AnyMessage | None:
        try:
            data = self._socket.recv(zmq.DONTWAIT)
            return decode(data) if data else None  # empty: from a waker
        except zmq.Again:
            return None
        except WireError:
            self.rejected += 1
            return None

    def take_rejected(self) -> int:
        """Return how many messages were rejected since the last call."""
        new, self._reported = self.rejected - self._reported, self.rejected
        return new

    def waker(self) -> "Waker":
        """Make a waker, for another thread of this process to end `receive` with."""
        return Waker(self._context, self._wake_address)

    def close(self) -> None:
        """Stop listening."""
        self._socket.close(linger=0)


class Waker:
    """Wakes an inbox from the one thread that made it."""

    def __init__(self, context: "zmq.Context[zmq.Socket[bytes]]", address: str) -> None:
        self._socket = context.socket(zmq.PUSH)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.connect(address)

    def wake(self) -> None:
        """End the inbox's wait. Never blocks: if the pipe is full, the inbox has enough to wake for."""
        try:
            self._socket.send(b"", zmq.DONTWAIT)
        except zmq.Again:
            return

    def close(self) -> None:
        """Close the socket."""
        self._socket.close(linger=0)


class Outbox:
    """A connected PUSH socket to one incarnation of one peer."""

    def __init__(self, context: "zmq.Context[zmq.Socket[bytes]]", address: str, keys: Keys | None = None) -> None:
        self._socket = context.socket(zmq.PUSH)
        self._socket.setsockopt(zmq.LINGER, 0)
        if keys is not None:
            use_curve(self._socket, keys, server_key=keys.public)
        self._socket.setsockopt(zmq.SNDHWM, _HIGH_WATER)
        self._socket.setsockopt(zmq.RECONNECT_IVL, _RECONNECT_MS)
        self._socket.connect(address)

    def send(self, message: Message) -> bool:
        """Queue one message. Returns False, and sends nothing, if the peer has stopped taking any."""
        try:
            self._socket.send(encode(message), zmq.DONTWAIT)
        except zmq.Again:
            return False
        return True

    def close(self, *, flush: bool = False) -> None:
        """Close the socket; drop what is queued, or with `flush` give it a moment to leave."""
        self._socket.close(linger=_LAST_MESSAGES_MS if flush else 0)


def new_context() -> "zmq.Context[zmq.Socket[bytes]]":
    """Make the context of a process, with one I/O thread."""
    return zmq.Context(io_threads=1)
