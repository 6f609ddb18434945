"""Paths as people write them, whether the system lets them be looked at, and which files are pictures."""

import os
from pathlib import Path
from typing import Final

from stream.errors import OutputError


def expanded(text: str) -> Path:
    """Return the path with `~` or `~name` as the home folder; unchanged if no user has that name, as in a shell."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def shown(path: Path) -> Path:
    """Return the path as people read it: relative to the current folder if it lies below."""
    try:
        return path.absolute().relative_to(Path.cwd())
    except (ValueError, OSError):
        return path


def real(path: Path) -> Path:
    """Return the path without symbolic links, as far as they lead to a file."""
    return Path(os.path.realpath(path))  # Path.resolve raises where a link leads to itself


def reach(path: Path) -> None:
    """Check that a file or folder may be looked at; it need not exist. Raises OutputError if it may not."""
    try:
        (path / "x").stat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise OutputError(
            f"{path} cannot be used: {error.strerror}; check its name and who may enter its folder"
        ) from None


SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"})


def is_picture(path: Path) -> bool:
    """Return True if it is a file with a picture's suffix, and not hidden. Raises OSError."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
