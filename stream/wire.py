"""Bytes ↔ messages: msgpack with size limits, then a strict schema. Knows no socket.

A reader ignores keys that it does not know, and refuses everything else that is not in the schema.
"""

import math
from typing import Any, Final

import msgpack
import msgspec

from stream.errors import WireError
from stream.messages import PROTOCOL_VERSION, AnyMessage, Message

MAX_MESSAGE_BYTES: Final = 4 * 2**20
"""Above the largest reading that carries a picture; a socket refuses longer messages before they are read."""

_MAX_ITEMS: Final = 20_000


def encode(message: Message) -> bytes:
    """One message as one msgpack map with string keys.

    Raises WireError where `decode` would: a message must fail where it can still be mended, not vanish at its reader.
    """
    fields = msgspec.to_builtins(message, builtin_types=(bytes,))
    validate(fields)
    data: bytes = msgpack.packb(fields)
    _refuse_long(data)
    return data


def decode(data: bytes | memoryview) -> AnyMessage:
    """The message in `data`. Raises WireError where it is too long, no msgpack, or not of the schema."""
    _refuse_long(data)
    try:
        fields = msgpack.unpackb(
            data,
            use_list=False,
            strict_map_key=True,
            max_ext_len=0,
            max_array_len=_MAX_ITEMS,
            max_map_len=_MAX_ITEMS,
        )
    except (ValueError, TypeError, RecursionError, msgpack.exceptions.UnpackException) as error:
        raise WireError(f"not a msgpack message: {error}") from error
    return validate(fields)


def validate(fields: Any) -> AnyMessage:
    """The message that a decoded map holds. Raises WireError."""
    if not isinstance(fields, dict):
        raise WireError("a message is a map with string keys")
    version = fields.get("v")
    if version != PROTOCOL_VERSION:
        raise WireError(f"protocol version {version!r} is not {PROTOCOL_VERSION}; update the older side")
    try:
        if not _finite(fields):
            raise WireError("a number in the message is not finite")
        return msgspec.convert(fields, AnyMessage)  # type: ignore[no-any-return]
    except (msgspec.ValidationError, RecursionError) as error:
        raise WireError(f"not a message of this protocol: {error}") from error


def _refuse_long(data: bytes | memoryview) -> None:
    if len(data) > MAX_MESSAGE_BYTES:
        raise WireError(f"a message of {len(data)} bytes is longer than the {MAX_MESSAGE_BYTES} allowed")


def _finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(_finite(item) for item in value.values())
    if isinstance(value, tuple):
        return all(_finite(item) for item in value)
    return True
