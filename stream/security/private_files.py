"""Secrets in files that their owner alone may read."""

import os
from pathlib import Path

from stream.errors import ConfigError
from stream.machine.text_files import TextError, read_text


def write_new(path: Path, text: str) -> None:
    """Write one line into a new file. Raises FileExistsError if there is one, OSError if it cannot be written."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")


def read_line(path: Path) -> str:
    """Read what `write_new` wrote. Raises OSError if it cannot be read, ConfigError if others may, or it is no text."""
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise ConfigError(f"{path} may be read by others; run: chmod 600 {path}")
    try:
        return read_text(path).strip()
    except TextError as error:
        raise ConfigError(f"{path} is {error}") from error
