"""CURVE key pairs (ZeroMQ RFC 26)."""

from dataclasses import dataclass, field

import zmq
from zmq.utils import z85


@dataclass(frozen=True, slots=True)
class Keys:
    """A CURVE key pair (ZeroMQ RFC 26), 32 bytes each.

    A pair made for one run guards sockets that other users of the machine could reach: its public half is told to this
    run's processes alone, so whoever knows it belongs to the run. A machine's own pair: `stream.keys`.
    """

    public: bytes
    secret: bytes = field(repr=False)


def new_keys() -> Keys:
    """A new pair."""
    public, secret = zmq.curve_keypair()
    return Keys(z85.decode(public), z85.decode(secret))


def public_of(secret: bytes) -> bytes:
    """The public half."""
    return z85.decode(zmq.curve_public(z85.encode(secret)))
