"""Bytes ↔ messages: msgpack, read straight into the schema. Knows no socket.

A reader skips keys that it does not know, without building what they hold, and refuses everything else that is not in
the schema: so what a message can cost to read is bounded by its own length.
"""

import math
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from stream.errors import WireError
from stream.protocol.messages import AnyMessage
from stream.protocol.types import PROTOCOL_VERSION, Message

MAX_MESSAGE_BYTES: Final = 4 * 2**20
"""Above the largest reading that carries a picture; a socket refuses longer messages before they are read."""


class _Envelope(Struct):
    """What is read first: a message of another version may hold anything else."""

    v: Annotated[int, Meta(ge=0)]


_encoder: Final = msgspec.msgpack.Encoder()
_envelopes: Final = msgspec.msgpack.Decoder(_Envelope)
_messages: Final[msgspec.msgpack.Decoder[AnyMessage]] = msgspec.msgpack.Decoder(AnyMessage)


def encode(message: Message) -> bytes:
    """One message as one msgpack map with string keys.

    Raises WireError where `decode` would: a message must fail where it can still be mended, not vanish at its reader.
    """
    try:
        data = _encoder.encode(message)
    except (TypeError, OverflowError, ValueError, RecursionError) as error:  # what a plug-in put into its reading
        raise WireError(f"not a message of this protocol: {error}") from error
    decode(data)
    return data


def decode(data: bytes | memoryview) -> AnyMessage:
    """The message in `data`. Raises WireError where it is too long, no msgpack, or not of the schema."""
    if len(data) > MAX_MESSAGE_BYTES:
        raise WireError(f"a message of {len(data)} bytes is longer than the {MAX_MESSAGE_BYTES} allowed")
    try:
        version = _envelopes.decode(data).v
        if version != PROTOCOL_VERSION:
            raise WireError(f"protocol version {version} is not {PROTOCOL_VERSION}; update the older side")
        message = _messages.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"not a message of this protocol: {error}") from error
    if not _finite(message):
        raise WireError("a number in the message is not finite")
    return message


def _finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Struct):
        return all(_finite(item) for item in msgspec.structs.astuple(value))
    if isinstance(value, dict):
        return all(_finite(item) for item in value.values())
    if isinstance(value, tuple):
        return all(_finite(item) for item in value)
    return True
