"""What a reason code of MQTT 5 means for a message, in a sentence (OASIS standard MQTT 5.0, 2.4). Pure."""

from typing import Final

from stream.errors import OutputError, RefusedMessageError

_OF_THE_MESSAGE: Final = {
    0x95: "it is too large",
    0x99: "its payload is not what it expects",
}
"""The same message would be refused again."""

_REMEDIES: Final = {
    0x84: "it speaks no MQTT 5",
    0x85: 'the client identifier is not valid there: check "client_id"',
    0x86: 'user name or password are wrong: check "user" and "password"',
    0x87: 'it does not allow that: check "user" and "password", and what the broker allows that user in "prefix"',
    0x8A: "it has banned this program: ask who runs it",
    0x8E: 'another program uses the same client identifier: give one of the two another "client_id"',
    0x90: 'the topic is not valid there: check "prefix"',
    0x97: "a quota is used up: ask who runs it",
    0x9A: 'it keeps no messages: allow "retain" there, or leave "status" out of "messages"',
    0x9B: "it gives no acknowledgement: allow QoS 1 there",
}


def publish_refused(code: int, name: str, place: str) -> OutputError | RefusedMessageError:
    """Return the error for a code that refuses a message. name: the code's in the standard. place: host and port."""
    if code in _OF_THE_MESSAGE:
        return RefusedMessageError(f"the broker at {place} refuses a message: {_OF_THE_MESSAGE[code]}")
    return connection_refused(code, name, place)


def connection_refused(code: int, name: str, place: str) -> OutputError:
    """Return the error for a reason code that refuses or ends a connection."""
    return OutputError(f"the broker at {place} refuses: {_REMEDIES.get(code, name.lower())}")
