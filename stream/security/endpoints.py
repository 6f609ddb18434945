"""Addresses as sockets take them: IPv6 too, and the true reason if one cannot be had."""

import errno
import os
import socket as sockets

import zmq

from stream.config.addresses import bindable, reason_not_had, split_endpoint
from stream.errors import OutputError


def bind(socket: "zmq.Socket[bytes]", endpoint: str) -> str:
    """Bind a socket to tcp://HOST:PORT, or to another endpoint of ZeroMQ's; return it, with the port that was taken.

    Raises OutputError, whose message is the reason alone.
    """
    try:
        socket.bind(_prepared(socket, endpoint, listening=True))
    except zmq.ZMQError as error:
        raise OutputError(reason_not_had(error.errno, error.strerror or "it is no address")) from error
    return socket.getsockopt_string(zmq.LAST_ENDPOINT)


def connect(socket: "zmq.Socket[bytes]", endpoint: str) -> None:
    """Connect a socket. Raises ZMQError if that is no endpoint."""
    socket.connect(_prepared(socket, endpoint, listening=False))


def bound(host: str, port: int) -> sockets.socket:
    """Return a TCP socket bound to a host, with or without brackets and scope; port 0 takes a free one.

    Raises OSError, OverflowError for a port that cannot be.
    """
    plain = bindable(host)
    family = sockets.AF_INET6 if ":" in plain else sockets.AF_INET
    try:
        found = ("",) if plain == "*" else sockets.getaddrinfo(plain or "0.0.0.0", None, family)[0][4]
    except sockets.gaierror as error:
        raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL)) from error
    listening = sockets.socket(family, sockets.SOCK_STREAM)
    try:
        listening.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
        listening.bind((found[0], port, *found[2:]))
    except (OSError, OverflowError):
        listening.close()
        raise
    return listening


def _prepared(socket: "zmq.Socket[bytes]", endpoint: str, *, listening: bool) -> str:
    """Return the endpoint as ZeroMQ takes it, and let the socket use IPv6 if the endpoint is of it."""
    if not endpoint.startswith("tcp://"):
        return endpoint
    written, port = split_endpoint(endpoint)
    host = bindable(written) if listening else written.strip("[]").removesuffix(".")
    if ":" in host:  # only then: a name would be looked up as IPv6 first, and `*` would be both
        socket.setsockopt(zmq.IPV6, 1)
        host = f"[{host}]"
    return f"tcp://{host}:{port}"
