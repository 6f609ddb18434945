"""Bytes ↔ messages: msgpack, read straight into the schema. Knows no socket.

A reader skips keys that it does not know, without building what they hold, and refuses everything else that is not in
the schema: so what a message can cost to read is bounded by its own length. A writer is not checked, for what this
program makes fits; values of others (a plug-in's results, a source's names, a page's request) pass `checked` once,
where they become a message.
"""

import math
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from stream.errors import WireError
from stream.protocol.messages import AnyMessage
from stream.protocol.types import PROTOCOL_VERSION, Message

MAX_MESSAGE_BYTES: Final = 4 * 2**20
"""Above the largest reading that carries a picture; a socket refuses longer messages before they are read."""

_PLAIN: Final = frozenset({int, str, bytes, bool, type(None)})

AMessage = TypeVar("AMessage", bound=Message)


class _Envelope(Struct):
    """The part that is read first: a message of another version may hold anything else."""

    v: Annotated[int, Meta(ge=0)]


_encoder: Final = msgspec.msgpack.Encoder()
_envelopes: Final = msgspec.msgpack.Decoder(_Envelope)
_messages: Final[msgspec.msgpack.Decoder[AnyMessage]] = msgspec.msgpack.Decoder(AnyMessage)


def encode(message: Message) -> bytes:
    """Write a message as one msgpack map with string keys. Raises WireError if msgpack has no such value."""
    try:
        return _encoder.encode(message)
    except (TypeError, OverflowError, ValueError, RecursionError) as error:
        raise WireError(f"not a message of this protocol: {error}") from error


def checked(message: AMessage) -> AMessage:
    """Return a message that holds values of others, if `decode` takes it. Raises WireError if not.

    It must fail here, where its values have a reason to be named. At its reader it would only be dropped, and a replay
    would wait for it without end.
    """
    decode(encode(message))  # msgspec checks the types and limits of a message only when it reads one
    return message


def decode(data: bytes | memoryview) -> AnyMessage:
    """Read the message in `data`. Raises WireError if it is too long, no msgpack, or not of the schema."""
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
    """Return whether all numbers in a struct, a dictionary or a tuple are finite.

    Called only for what holds others: this is done for every value of every message.
    """
    items = msgspec.structs.astuple(value) if isinstance(value, Struct) else value
    for item in items.values() if isinstance(items, dict) else items:
        if type(item) is float:
            if not math.isfinite(item):
                return False
        elif type(item) not in _PLAIN and isinstance(item, (Struct, dict, tuple)) and not _finite(item):
            return False
    return True
