"""The body of a multipart/x-mixed-replace answer, taken apart as its bytes arrive. Pure.

Cameras take liberties with RFC 2046, section 5.1: a boundary with more or fewer dashes than its name asks for, lines
that end without a carriage return, bytes before the first part, no length. All of these are read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Final

from stream.errors import SourceError

MAX_HEAD_BYTES: Final = 16 * 1024
MAX_PART_BYTES: Final = 64 * 1024 * 1024
"""More than a JPEG of 4096x3072 has at its best quality."""

_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class BodyPart:
    """One part: its headers, names in lower case, and its bytes without the line end before the next boundary."""

    headers: Mapping[str, str]
    body: bytes


def boundary_of(content_type: str) -> bytes:
    """Return the boundary that a Content-Type names, without dashes before it. Raises SourceError if it names none."""
    message = Message()
    message["content-type"] = content_type
    name = message.get_param("boundary", "")
    text = name.strip() if isinstance(name, str) else ""
    if not text.strip("-"):
        raise SourceError("The camera does not say what separates its pictures: its answer names no boundary.")
    return text.lstrip("-").encode("latin-1", "replace")


class MultipartParser:
    """The parts of one body: bytes go in through `feed`, in pieces of any size.

    A part of known length is whole with its last byte. One without is whole when the boundary after it has come. One
    that is cut short ends at the next boundary.
    """

    def __init__(
        self, boundary: bytes, max_head_bytes: int = MAX_HEAD_BYTES, max_part_bytes: int = MAX_PART_BYTES
    ) -> None:
        """Take the boundary without its dashes, and what is too much for one part."""
        self.ended = False
        self._name = boundary
        self._max_head, self._max_part = max_head_bytes, max_part_bytes
        self._bytes = bytearray()
        self._boundary = b""  # as this camera writes it, with its dashes; empty before the first
        self._headers: dict[str, str] | None = None  # of the part that is being read
        self._in_head = False
        self._searched = 0  # no boundary begins before this place of a body

    def feed(self, data: bytes) -> Iterator[BodyPart]:
        """Yield the parts that are whole with these bytes. Raises SourceError if headers or a part have no end."""
        self._bytes += data
        going_on = True
        while going_on and not self.ended:
            if self._headers is not None:
                part = self._take_body(self._headers)
                if part is not None:
                    yield part
                going_on = part is not None
            elif self._in_head:
                going_on = self._take_head()
            else:
                going_on = self._go_to_boundary()

    def _go_to_boundary(self) -> bool:
        """Drop what stands before the next boundary, and the boundary; return False if it has not come yet.

        The first one shows how this camera writes it: the dashes before it count.
        """
        wanted = self._boundary or self._name
        at = self._bytes.find(wanted)
        if at < 0:
            del self._bytes[: -(len(wanted) + 4)]
            return False
        if not self._boundary:
            before = bytes(self._bytes[:at])
            self._boundary = before[len(before.rstrip(b"-")) :] + self._name
        del self._bytes[: at + len(wanted)]
        self._in_head = True
        return True

    def _take_head(self) -> bool:
        """Read the headers after a boundary; return False if they have not come yet."""
        if self._bytes[:2] == b"--":
            self.ended = True
            return False
        blank = _BLANK_LINE.search(self._bytes)
        if (blank.start() if blank else len(self._bytes)) > self._max_head:
            raise SourceError(f"The camera sends a part with more than {self._max_head} bytes of headers.")
        if blank is None or len(self._bytes) < 2:
            return False
        self._headers = _headers(bytes(self._bytes[: blank.start()]))
        self._in_head, self._searched = False, 0
        del self._bytes[: blank.end() - 1]  # the line end stays: the boundary may follow it at once
        return True

    def _take_body(self, headers: Mapping[str, str]) -> BodyPart | None:
        """Return the part if it has come: up to its length, or to the boundary that comes earlier."""
        length = _length(headers)
        limit = self._max_part if length is None else length
        if limit > self._max_part:
            raise SourceError(f"The camera sends a part of {limit} bytes; {self._max_part} are the most.")
        delimiter = b"\n" + self._boundary
        at = self._bytes.find(delimiter, self._searched, limit + 1)
        if at >= 0:
            body = bytes(self._bytes[1:at]).removesuffix(b"\r")
            del self._bytes[:at]
        elif length is not None and len(self._bytes) > length:
            body = bytes(self._bytes[1 : length + 1])
            del self._bytes[: length + 1]
        elif len(self._bytes) > limit + len(delimiter):
            raise SourceError(f"The camera sends a part of more than {self._max_part} bytes.")
        else:
            self._searched = max(0, len(self._bytes) - len(delimiter))
            return None
        self._headers = None
        return BodyPart(headers, body)


def _headers(head: bytes) -> dict[str, str]:
    """Return the headers by name. Lines without a colon, such as the rest of the boundary's own, say nothing."""
    lines = (line.partition(b":") for line in head.splitlines())
    return {
        name.strip().decode("latin-1").lower(): value.strip().decode("latin-1") for name, colon, value in lines if colon
    }


def _length(headers: Mapping[str, str]) -> int | None:
    """Return the length that the headers give; None if they give none, or nonsense."""
    text = headers.get("content-length", "")
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) and int(text) > 0 else None
