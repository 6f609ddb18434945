"""Which files are pictures by their first bytes. Loads no library that reads them."""

from pathlib import Path
from typing import Final

_TIFF: Final = frozenset({b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"})
_PLAIN: Final = ((0, b"\x89PNG\r\n\x1a\n"), (0, b"GIF87a"), (0, b"GIF89a"), (8, b"WEBPVP8"))
_START_BYTES: Final = 16


def is_tiff(path: Path) -> bool:
    """Return whether a file is TIFF or BigTIFF. Raises OSError."""
    return _start(path)[:4] in _TIFF


def begins_as_picture(path: Path) -> bool:
    """Return whether a file is a picture, whatever it is called. Raises OSError.

    JPEG does not count: a bare stream of JPEGs begins in the same way. Nor does BMP, whose mark is two letters.
    """
    start = _start(path)
    return start[:4] in _TIFF or any(start[at : at + len(mark)] == mark for at, mark in _PLAIN)


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_START_BYTES)
