"""Text files as editors write them: UTF-8 or UTF-16 with a byte order mark, and the ends of lines of any system."""

import codecs
from pathlib import Path
from typing import Final

LARGEST: Final = 4 * 2**20
"""Bytes: no text that people edit is larger, and a device may have no end."""

_MARKS: Final = (  # that of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_REMEDY: Final = "save it as UTF-8"


class TextError(ValueError):
    """A file is not the text of any encoding that is read; its message ends "the file is …": "not UTF-8: …"."""


def read_text(path: Path) -> str:
    """Return the text of a file, lines ended by LF. Raises OSError, TextError."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise TextError(f"larger than {LARGEST >> 20} MB")
    return decoded(content)


def decoded(content: bytes) -> str:
    """Return the text of a file's bytes, without its byte order mark, lines ended by LF. Raises TextError."""
    mark, encoding = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", "utf-8"))
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding[:6].upper().rstrip("-")
        raise TextError(f"not {name} (at byte {len(mark) + error.start}): {_REMEDY}") from None
    if "\0" in text:
        raise TextError(f"no text, or UTF-16 without its byte order mark (it contains NUL bytes): {_REMEDY}")
    return text.replace("\r\n", "\n").replace("\r", "\n")
