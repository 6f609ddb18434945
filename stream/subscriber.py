"""What `subscribe` does: a ZeroMQ SUB socket, each message as one JSON line."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec
import zmq

from stream.errors import UsageError
from stream.transport import Keys

log = logging.getLogger("capillary.subscriber")

_LONGEST: Final = 256 * 1024
"""Bytes: far above any reading without its picture, and little enough to be read whatever it holds."""
_SILENT_MS: Final = 1000
"""Statuses come four a second: who publishes hangs, or is gone, where nothing came for so long."""
_RARE: Final = ("alarm", "marker")
_SILENCE: Final = "Nothing came for a second: the last value is no longer current."


@dataclass(frozen=True, slots=True)
class Credentials:
    """own: this machine's pair; publisher: the public key of who publishes, 32 bytes."""

    own: Keys
    publisher: bytes


def json_lines(
    endpoint: str,
    topic: str,
    credentials: Credentials | None = None,
    say: Callable[[str], None] = log.warning,
    patience_s: float = 5.0,
) -> Iterator[str]:
    """Messages whose topic begins so, for ever. Raises UsageError where the endpoint is not one.

    Where they break off for a second, the last status comes once more, as `stale` and without its value.
    say: is told of that, and once where after `patience_s` nobody answered, or nobody let this program in.
    """
    port = endpoint.rpartition(":")[2]
    if endpoint.startswith("tcp://") and not (port.isdigit() and 0 < int(port) < 2**16):
        raise UsageError(f'"{endpoint}" is no ZeroMQ endpoint, such as tcp://127.0.0.1:5560')
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    socket = context.socket(zmq.SUB)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.MAXMSGSIZE, _LONGEST)
    if credentials is not None:
        socket.setsockopt(zmq.CURVE_SERVERKEY, credentials.publisher)
        socket.setsockopt(zmq.CURVE_PUBLICKEY, credentials.own.public)
        socket.setsockopt(zmq.CURVE_SECRETKEY, credentials.own.secret)
    door = _Door(socket, time.monotonic() + patience_s)
    try:
        try:
            socket.connect(endpoint)
        except zmq.ZMQError as error:
            raise UsageError(f'"{endpoint}" is no ZeroMQ endpoint, such as tcp://127.0.0.1:5560') from error
        socket.setsockopt_string(zmq.SUBSCRIBE, topic)
        status: dict[str, object] = {}
        silent_ms = None
        while True:
            if not door.opened():
                say(_why_shut(endpoint, answered=door.answered, keyed=credentials is not None))
            if not socket.poll(silent_ms):
                silent_ms = None
                say(_SILENCE)
                if status and status.get("state") != "ended":
                    yield json.dumps(status | {"state": "stale", "density_pct": None})
                continue
            fields, line = _read(socket.recv_multipart())
            if line:
                silent_ms = None if topic.startswith(_RARE) else _SILENT_MS
                status = fields if fields.get("type") == "progress" else status
                yield line
    finally:
        door.close()
        socket.close()
        context.term()


class _Door:
    """How far a socket came with whom it connects to, until `until_s` of the monotonic clock."""

    def __init__(self, socket: "zmq.Socket[bytes]", until_s: float) -> None:
        self.answered = False
        self._socket, self._until_s = socket, until_s
        self._watched = True
        self._monitor = socket.get_monitor_socket(zmq.EVENT_CONNECTED | zmq.EVENT_HANDSHAKE_SUCCEEDED)

    def opened(self) -> bool:
        """Wait for the other side. False, once, where it did not let this one in; then nobody is watched any more."""
        from zmq.utils.monitor import parse_monitor_message  # it loads asyncio

        while self._watched:
            if not self._monitor.poll(max(0, round(1000 * (self._until_s - time.monotonic())))):
                self._watched = False
                return False
            event = parse_monitor_message(self._monitor.recv_multipart())["event"]
            self.answered = True
            self._watched = event != zmq.Event.HANDSHAKE_SUCCEEDED
        return True

    def close(self) -> None:
        """Before the socket is closed."""
        self._socket.disable_monitor()
        self._monitor.close(linger=0)


def _why_shut(endpoint: str, *, answered: bool, keyed: bool) -> str:
    if not answered:
        return f"Nothing answers on {endpoint}; still waiting. Does the program run there, and publish there?"
    if keyed:
        return (
            f"{endpoint} does not let this machine in; still waiting. Allow its key there (`keys list` here, `keys "
            "allow` there), and check that --key is that machine's (`keys list` there)."
        )
    return f"{endpoint} does not let this machine in; still waiting. It may ask for keys: see `keys --help`, and --key."


def _read(parts: list[bytes]) -> tuple[dict[str, object], str]:
    """A message and its line; nothing, and a word in the log, where it is none of this protocol's messages."""
    try:
        _, body = parts
        fields = msgspec.msgpack.decode(body, type=dict[str, object])
        return fields, json.dumps(fields)
    except (ValueError, TypeError, RecursionError) as error:
        log.warning("a message that is none was dropped: %s", error)
        return {}, ""
