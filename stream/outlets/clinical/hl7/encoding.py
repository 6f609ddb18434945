"""How HL7 v2 writes a message as text: fields, components, repetitions, escapes, times (v2.5.1, chapter 2). Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

SEGMENT_END: Final = "\r"
ENCODING_CHARACTERS: Final = "^~\\&"
_ESCAPES: Final = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"}


def escaped(text: str) -> str:
    """Return a text in which no character can be taken for a delimiter or the end of a segment (2.7.1, 2.7.5)."""
    return "".join(
        _ESCAPES.get(character) or (f"\\X{ord(character):02X}\\" if ord(character) < 0x20 else character)
        for character in text
    )


def components(*texts: str) -> str:
    """Return one field of several components; empty ones at the end are left out."""
    return "^".join(map(escaped, texts)).rstrip("^")


def decimal(number: float) -> str:
    """Return a number without an exponent, which NM has not (2.A.47). It reads as the same number again."""
    return f"{Decimal(repr(number)):f}"


def repeated(texts: Iterable[str]) -> str:
    """Return one field that holds several texts."""
    return "~".join(map(escaped, texts))


def segment(name: str, fields: dict[int, str]) -> str:
    """Return a segment; fields: ready for the wire, by their number from 1. What is not given is empty."""
    return "|".join([name, *(fields.get(number, "") for number in range(1, max(fields) + 1))])


def hl7_time(t_ns: int) -> str:
    """Return a time as YYYYMMDDHHMMSS.SSSS+0000 (2.A.22, DTM), cut to 0.1 ms. t_ns: since 1970 UTC."""
    seconds, rest_ns = divmod(t_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y%m%d%H%M%S}.{rest_ns // 100_000:04d}+0000"
