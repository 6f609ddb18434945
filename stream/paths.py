"""Paths as people write them, and whether the system lets them be looked at."""

import os
from pathlib import Path

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
