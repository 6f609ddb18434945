"""CURVE key pairs (ZeroMQ RFC 26)."""

from dataclasses import dataclass, field

import zmq
from zmq.utils import z85


@dataclass(frozen=True, slots=True)
class Keys:
    """A CURVE key pair (ZeroMQ RFC 26), 32 bytes each.

    A pair made for one run guards sockets that other users of the machine could reach: its public half is given to
    this run's processes alone, so a peer that knows it belongs to the run. `stream.security.keyring` has the machine's
    own pair.
    """

    public: bytes
    secret: bytes = field(repr=False)


def new_keys() -> Keys:
    """Make a new pair."""
    public, secret = zmq.curve_keypair()
    return Keys(z85.decode(public), z85.decode(secret))


def public_of(secret: bytes) -> bytes:
    """Return the public half of a secret key, both 32 bytes."""
    return z85.decode(zmq.curve_public(z85.encode(secret)))


def use_curve(socket: "zmq.Socket[bytes]", own: Keys, server_key: bytes | None = None) -> None:
    """Encrypt a socket with CURVE; call it before the socket is bound or connected.

    server_key: for the side that connects, the public key that the other side must prove to hold, 32 bytes. The side
    that binds is the server, and has None; it takes every client that knows its public key, unless a
    `KeyCheck` guards it.
    """
    if server_key is None:
        socket.setsockopt(zmq.CURVE_SERVER, 1)
    else:
        socket.setsockopt(zmq.CURVE_SERVERKEY, server_key)
        socket.setsockopt(zmq.CURVE_PUBLICKEY, own.public)
    socket.setsockopt(zmq.CURVE_SECRETKEY, own.secret)
