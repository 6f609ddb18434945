"""Paths as people write them, if the system lets them be looked at, and which files are pictures."""

import os
from pathlib import Path
from typing import Final

from stream.errors import OutputError


def expanded(text: str) -> Path:
    """A path whose `~` or `~name` is a home folder; as it is written where nobody has that name, as in a shell."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def real(path: Path) -> Path:
    """Without links, as far as they lead somewhere."""
    return Path(os.path.realpath(path))  # Path.resolve raises where a link leads to itself


def reach(path: Path) -> None:
    """Raises OutputError where a file or folder may not be looked at or into, or cannot be: it need not exist."""
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
    """Whether it is a file with a picture's suffix, and not hidden. Raises OSError."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
