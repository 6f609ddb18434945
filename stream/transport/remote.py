"""Sockets to one worker on another machine: requests in parts, one reply each, under CURVE. Knows no message.

The near side asks, the far side answers; pixels go as a part of their own, uncopied. A far side that dies closes its
connection, which the near side hears of at once; one that vanishes without that is found by the frame's deadline.
"""

from collections.abc import Callable, Sequence
from typing import Final

import zmq
from zmq.utils.monitor import parse_monitor_message

from stream.errors import OutputError
from stream.security.events import Notes
from stream.security.key_check import Gate
from stream.security.key_pair import Keys
from stream.security.keyring import Keyring
from stream.transport.sockets import new_context

_LOOK_MS: Final = 200


class LostError(ConnectionError):
    """The other machine let go while it was asked."""


class FarWorker:
    """The near side: asks one worker elsewhere, whose public key is known."""

    def __init__(self, address: str, own: Keys, key: bytes) -> None:
        self._context = new_context()
        self._socket = self._context.socket(zmq.REQ)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.CURVE_SERVERKEY, key)
        self._socket.setsockopt(zmq.CURVE_PUBLICKEY, own.public)
        self._socket.setsockopt(zmq.CURVE_SECRETKEY, own.secret)
        self._monitor = self._socket.get_monitor_socket(zmq.Event.DISCONNECTED)
        self._socket.connect(address)

    def ask(self, parts: Sequence[bytes | memoryview], going_on: Callable[[], bool]) -> bytes | None:
        """The answer; None as soon as `going_on`, asked a few times a second, says no. Raises LostError."""
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
                raise LostError
        return None

    def close(self) -> None:
        """Let go; what was asked is not waited for."""
        self._socket.disable_monitor()
        self._monitor.close(linger=0)
        self._socket.close(linger=0)
        self._context.term()


class FarSide:
    """The far side: answers whoever has an allowed key."""

    def __init__(self, address: str, keyring: Keyring, notes: Notes, longest: int) -> None:
        """longest: bytes of a part. Raises OutputError where the address cannot be listened on."""
        self._context = new_context()
        self._socket = self._context.socket(zmq.REP)
        self._socket.setsockopt(zmq.LINGER, 1000)
        self._socket.setsockopt(zmq.MAXMSGSIZE, longest)
        own = keyring.own()
        self._gate = Gate(self._context, keyring.name_of, notes)
        self._gate.guard(self._socket, own, "worker")
        try:
            self._socket.bind(address)
        except zmq.ZMQError as error:
            self.close()
            raise OutputError(f"cannot listen on {address}: {error.strerror}") from error
        self.address = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)

    def receive(self, timeout_ms: int) -> list[memoryview] | None:
        """The parts of the next request, None where none came. Each request must be answered."""
        if not self._socket.poll(timeout_ms):
            return None
        return [part.buffer for part in self._socket.recv_multipart(copy=False)]

    def answer(self, data: bytes) -> None:
        """To whoever asked last."""
        self._socket.send(data)

    def close(self) -> None:
        """Stop listening."""
        self._gate.close()
        self._socket.close()
        self._context.term()
