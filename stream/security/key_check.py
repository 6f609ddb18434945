"""Check the key of every peer that connects to a socket, and record who connected and who was refused.

Two parts of ZeroMQ report peers: its authentication protocol (ZAP, RFC 27) asks about peers that hold a key of their
own and know this machine's; a socket's monitor reports those that fail before that.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from typing import Final

import zmq

from stream.security.connections import Connections
from stream.security.events import SecurityEvents
from stream.security.key_pair import Keys, use_curve

_ZAP: Final = "inproc://zeromq.zap.01"

NameOf = Callable[[bytes], str | None]
"""Public key (32 bytes) → its owner's name, None if it is not allowed."""


class KeyCheck:
    """The key check of the guarded socket of one context. Allows the keys that `name_of` knows."""

    def __init__(self, context: "zmq.Context[zmq.Socket[bytes]]", name_of: NameOf, events: SecurityEvents) -> None:
        self._name_of, self._events = name_of, events
        self._asked = context.socket(zmq.REP)
        self._asked.setsockopt(zmq.LINGER, 0)
        self._asked.bind(_ZAP)
        self._end, stop = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        stop.bind(f"inproc://gate-{id(self)}")
        self._end.connect(f"inproc://gate-{id(self)}")
        self._stop = stop
        self._thread = threading.Thread(target=self._run, name="gate", daemon=True)
        self._watched: zmq.Socket[bytes] | None = None
        self._monitor: zmq.Socket[bytes] | None = None
        self._place = ""
        self._connections = Connections()
        self._knocking: dict[int, str] = {}  # connection → address, until its handshake is over
        self._asked_of: list[str] = []  # addresses whose key was looked at, until their handshake is over

    def guard(self, watched: "zmq.Socket[bytes]", keys: Keys, place: str) -> None:
        """Let only allowed keys connect; call before the socket is bound. `place` names the socket in events."""
        self._place, self._watched = place, watched
        use_curve(watched, keys)
        watched.setsockopt_string(zmq.ZAP_DOMAIN, place)
        self._monitor = watched.get_monitor_socket()
        self._thread.start()

    @property
    def connected(self) -> int:
        """Return how many peers with an allowed key are connected; may be asked from any thread."""
        return max(0, len(self._connections) - len(self._knocking))

    def close(self) -> None:
        """Stop checking; call before the socket is closed."""
        if self._watched is not None:
            self._end.send(b"")
            self._thread.join()
            self._watched.disable_monitor()
        for each in (self._asked, self._end, self._stop, self._monitor):
            if each is not None:
                each.close(linger=0)

    def _run(self) -> None:
        from zmq.utils.monitor import parse_monitor_message  # it loads asyncio, for which a sink should not wait

        assert self._monitor is not None
        poller = zmq.Poller()
        for each in (self._stop, self._asked, self._monitor):
            poller.register(each, zmq.POLLIN)
        while self._stop not in (ready := dict(poller.poll())):
            if self._asked in ready:
                self._answer(self._asked.recv_multipart())
            if self._monitor in ready:
                event = parse_monitor_message(self._monitor.recv_multipart())
                self._watch(zmq.Event(event["event"]), event["value"])

    def _answer(self, request: list[bytes]) -> None:
        """Answer a request of RFC 27: version, request, domain, address, identity, mechanism, then the key."""
        version, number, _, address, _, mechanism, *credentials = request
        key = credentials[0] if mechanism == b"CURVE" and credentials else b""
        name = self._name_of(key)
        who = f"{name or f'key {key.hex()}'} at {address.decode(errors='replace')}"
        self._asked_of.append(address.decode(errors="replace"))
        if name is None:
            self._events.add("refused", self._place, who, "its key is not allowed")
        else:
            self._events.add("connected", self._place, who)
        verdict = (b"200", b"OK") if name is not None else (b"400", b"not allowed")
        self._asked.send_multipart([version, number, *verdict, (name or "").encode(), b""])

    def _watch(self, event: zmq.Event, value: int) -> None:
        """Record a peer that leaves before its key was checked; the others are recorded by `_answer`."""
        self._connections.take(event, value)
        if event is zmq.Event.ACCEPTED:
            self._knocking[value] = _address(value)
        elif event in (zmq.Event.HANDSHAKE_SUCCEEDED, zmq.Event.HANDSHAKE_FAILED_AUTH) and self._asked_of:
            address = self._asked_of.pop(0)
            same = (each for each, of in self._knocking.items() if of in (address, ""))
            self._knocking.pop(next(same, -1), None)
        elif event is zmq.Event.DISCONNECTED and value in self._knocking:
            self._events.add("refused", self._place, self._knocking.pop(value), "it has no key, or not this machine's")


def _address(connection: int) -> str:
    """Return the peer's address of a connection that ZeroMQ holds; empty if it is gone or unknown."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(connection)) as copy:
        return str(copy.getpeername()[0])
    return ""
