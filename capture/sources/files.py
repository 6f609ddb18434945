"""Questions to the file system, and what to say to a user if it refuses."""

import codecs
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path
from typing import Final

from stream.errors import SourceError

_TEXT_BYTES: Final = 512
_WILDCARDS: Final = frozenset("*?[")


def is_pattern(text: str) -> bool:
    """Return whether a path holds wildcards."""
    return not _WILDCARDS.isdisjoint(text)


def matches(pattern: Path) -> Iterable[Path]:
    """Return the files that a pattern names; `**` is any number of folders. Raises OSError."""
    fixed = list(takewhile(lambda part: not is_pattern(part), pattern.parts))
    return Path(*fixed).glob(str(Path(*pattern.parts[len(fixed) :])))


def exists(path: Path) -> bool:
    """Return whether there is such a file or folder; False too if the system refuses to say."""
    try:
        return path.exists()
    except OSError:
        return False


def is_empty(path: Path) -> bool:
    """Return whether it is a file without a byte; False too if the system refuses to say."""
    try:
        return path.is_file() and path.stat().st_size == 0
    except OSError:
        return False


def is_text(path: Path) -> bool:
    """Return whether a file begins with text in UTF-8 or UTF-16, and is not empty. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(_TEXT_BYTES)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return bool(text) and all(letter.isprintable() or letter in "\t\r\n\f\ufeff" for letter in text)


def unreadable(path: Path, error: OSError) -> SourceError:
    """Return the system's refusal in a plain sentence."""
    if isinstance(error, FileNotFoundError):
        return SourceError(f"There is no file {path}. Check the name and the folder.")
    if isinstance(error, PermissionError):
        return SourceError(f"{path} may not be read. Ask for read permission on the file and its folder.")
    return SourceError(f"{path} cannot be read: {error.strerror or error}.")


def is_folder(path: Path) -> bool:
    """Return whether `path` is a folder. Raises SourceError if the system refuses, or it is a pipe or a device."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise SourceError(f"{path} is no regular file but a pipe or a device. Name a recording or a folder.")
        return path.is_dir()
    except OSError as error:
        if isinstance(error, SourceError):
            raise
        raise unreadable(path, error) from None
