"""What `subscribe` does: a ZeroMQ SUB socket, each message as one JSON line."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec
import zmq

from stream.errors import UsageError
from stream.transport import Keys

log = logging.getLogger("capillary.subscriber")

_LONGEST: Final = 256 * 1024
"""Bytes: far above any reading without its picture, and little enough to be read whatever it holds."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """own: this machine's pair; publisher: the public key of who publishes, 32 bytes."""

    own: Keys
    publisher: bytes


def json_lines(endpoint: str, topic: str, credentials: Credentials | None = None) -> Iterator[str]:
    """Messages whose topic begins so, for ever. Raises UsageError where the endpoint is not one."""
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
    try:
        try:
            socket.connect(endpoint)
        except zmq.ZMQError as error:
            raise UsageError(f'"{endpoint}" is no ZeroMQ endpoint, such as tcp://127.0.0.1:5560') from error
        socket.setsockopt_string(zmq.SUBSCRIBE, topic)
        while True:
            line = _as_json(socket.recv_multipart())
            if line is not None:
                yield line
    finally:
        socket.close()
        context.term()


def _as_json(parts: list[bytes]) -> str | None:
    """One line; None, and a word in the log, where it is none of this protocol's messages."""
    try:
        _, body = parts
        return json.dumps(msgspec.msgpack.decode(body, type=dict[str, object]))
    except (ValueError, TypeError, RecursionError) as error:
        log.warning("a message that is none was dropped: %s", error)
        return None
