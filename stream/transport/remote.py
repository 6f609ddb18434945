"""Sockets to and of a worker on another machine: requests in parts, one reply each, under CURVE. Knows no message.

The run is the client, the worker's machine the server; pixels go as a part of their own, uncopied. A server that dies
closes its connection, which the client notices at once; one that vanishes without that (a pulled cable) is found by
the frame's deadline, as any worker that hangs.
"""

from collections.abc import Callable, Sequence
from typing import Final

import zmq
from zmq.utils.monitor import parse_monitor_message

from stream.errors import OutputError
from stream.security.endpoints import bind, connect
from stream.security.events import SecurityEvents
from stream.security.key_check import KeyCheck
from stream.security.key_pair import Keys, use_curve
from stream.security.keyring import Keyring
from stream.transport.sockets import new_context

_LOOK_MS: Final = 200
"""How often a request that waits for its reply asks whether to go on waiting."""


class RemoteWorkerLostError(ConnectionError):
    """The connection to the worker on another machine closed before its reply came."""


class RemoteWorkerClient:
    """The run's side of a connection to one worker on another machine.

    key: the public key that the worker's machine must prove to hold, 32 bytes. After a RemoteWorkerLostError the client
    is of no more use: a REQ socket sends nothing before it has its reply.
    """

    def __init__(self, address: str, own: Keys, key: bytes) -> None:
        self._context = new_context()
        self._socket = self._context.socket(zmq.REQ)
        self._socket.setsockopt(zmq.LINGER, 0)
        use_curve(self._socket, own, server_key=key)
        self._monitor = self._socket.get_monitor_socket(zmq.Event.DISCONNECTED)
        connect(self._socket, address)

    def ask(self, parts: Sequence[bytes | memoryview], going_on: Callable[[], bool]) -> bytes | None:
        """Send a request and return its reply; None as soon as `going_on`, called a few times a second, is false.

        Raises RemoteWorkerLostError.
        """
        self._socket.send_multipart(parts, copy=False)
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._monitor, zmq.POLLIN)
        while going_on():
            ready = dict(poller.poll(_LOOK_MS))
            if self._socket in ready:
                return self._socket.recv()
            if self._monitor in ready:
                parse_monitor_message(self._monitor.recv_multipart())
                raise RemoteWorkerLostError
        return None

    def close(self) -> None:
        """Close the connection, without waiting for a reply."""
        self._socket.disable_monitor()
        self._monitor.close(linger=0)
        self._socket.close(linger=0)
        self._context.term()


class RemoteWorkerServer:
    """The worker's side: one socket that answers every client with an allowed key."""

    def __init__(self, address: str, keyring: Keyring, events: SecurityEvents, longest: int) -> None:
        """Listen on `address`. longest: bytes of a part. Raises OutputError if the address cannot be listened on."""
        self._context = new_context()
        self._socket = self._context.socket(zmq.REP)
        self._socket.setsockopt(zmq.LINGER, 1000)
        self._socket.setsockopt(zmq.MAXMSGSIZE, longest)
        own = keyring.own()
        self._key_check = KeyCheck(self._context, keyring.name_of, events)
        self._key_check.guard(self._socket, own, "worker")
        try:
            self.address = bind(self._socket, address)
        except OutputError as error:
            self.close()
            raise OutputError(f"cannot listen on {address}: {error}; choose another one with --listen") from error

    def receive(self, timeout_ms: int) -> list[memoryview] | None:
        """Return the parts of the next request, None after `timeout_ms`. Each request must be answered."""
        if not self._socket.poll(timeout_ms):
            return None
        return [part.buffer for part in self._socket.recv_multipart(copy=False)]

    def answer(self, data: bytes) -> None:
        """Send the reply to the client of the last request."""
        self._socket.send(data)

    def close(self) -> None:
        """Stop listening."""
        self._key_check.close()
        self._socket.close()
        self._context.term()
