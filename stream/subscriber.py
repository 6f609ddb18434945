"""What `subscribe` does: a ZeroMQ SUB socket, each message as one JSON line."""

import json
from collections.abc import Iterator

import msgpack
import zmq

from stream.errors import UsageError


def json_lines(endpoint: str, topic: str) -> Iterator[str]:
    """Messages whose topic begins so, for ever. Raises UsageError where the endpoint is not one."""
    port = endpoint.rpartition(":")[2]
    if endpoint.startswith("tcp://") and not (port.isdigit() and 0 < int(port) < 2**16):
        raise UsageError(f'"{endpoint}" is no ZeroMQ endpoint, such as tcp://127.0.0.1:5560')
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    socket = context.socket(zmq.SUB)
    socket.setsockopt(zmq.LINGER, 0)
    try:
        try:
            socket.connect(endpoint)
        except zmq.ZMQError as error:
            raise UsageError(f'"{endpoint}" is no ZeroMQ endpoint, such as tcp://127.0.0.1:5560') from error
        socket.setsockopt_string(zmq.SUBSCRIBE, topic)
        while True:
            _, body = socket.recv_multipart()
            yield json.dumps(msgpack.unpackb(body))
    finally:
        socket.close()
        context.term()
