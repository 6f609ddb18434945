"""A message as a signed request of the Standard Webhooks specification, version 1. Pure."""

import base64
import binascii
import hashlib
import hmac
from typing import Final

import msgspec
from msgspec.structs import replace

from stream.errors import ConfigError
from stream.outlets.identity import identity
from stream.outlets.json_message import json_fields, moment_ns, rfc3339
from stream.outlets.outlet import KINDS, Published
from stream.outlets.webhook.webhook_settings import WebhookSettings
from stream.protocol.bedside import AlarmEvent, Marker

_PREFIX: Final = "whsec_"
_KEY_BYTES: Final = range(24, 65)


def signing_key(secret: str) -> bytes:
    """Return the key that a secret holds. Raises ConfigError, without the secret, if it holds none."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not (secret.startswith(_PREFIX) and len(key) in _KEY_BYTES):
        raise ConfigError(
            'the outlet "webhook" has no secret: it must be "whsec_" and 24 to 64 random bytes in base64; '
            "docs/outlets/webhook.md has the command that makes one"
        )
    return key


def body_of(message: Published, settings: WebhookSettings) -> bytes:
    """Return what is posted: type, time and keys of the message, in JSON."""
    message = replace(message, source=settings.source or message.source)
    document = {
        "type": type_of(message),
        "timestamp": rfc3339(moment_ns(message)),
        "data": json_fields(message, marker_text=settings.marker_text),
    }
    return msgspec.json.encode(document)


def type_of(message: Published) -> str:
    """Return what the message is about, such as "alarm.raised"."""
    match message:
        case AlarmEvent():
            return f"alarm.{message.event}"
        case Marker():
            return f"marker.{message.change}"
        case _:
            return KINDS[type(message)]


def message_id(message: Published) -> str:
    """Return the identifier of a message, the same in all attempts."""
    return f"msg_{hashlib.sha256(identity(message).encode()).hexdigest()[:32]}"


def headers_of(of_message: str, body: bytes, key: bytes, now_s: int) -> dict[str, str]:
    """Return the headers of one attempt. of_message: its identifier. now_s: since 1970 UTC."""
    signature = hmac.digest(key, f"{of_message}.{now_s}.".encode() + body, "sha256")
    return {
        "Content-Type": "application/json",
        "webhook-id": of_message,
        "webhook-timestamp": str(now_s),
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }
