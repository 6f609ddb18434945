"""The token that opens the live page elsewhere: made, kept in a file of the user's own, read."""

import secrets
from pathlib import Path
from typing import Final

from stream.errors import ConfigError, UsageError
from stream.machine.files import expanded
from stream.security.private_files import read_line, write_new

SHORTEST: Final = 32
"""Characters: 128 bits and more, so that it cannot be guessed."""


def write_token(file: Path) -> None:
    """Write a new token into a new file. Raises UsageError if the file exists or cannot be written."""
    try:
        write_new(file, secrets.token_urlsafe(32))
    except OSError as error:
        raise UsageError(f"{file} cannot be made: {error.strerror}") from error


def read_token(file: str) -> str | None:
    """Read the token; None if no file is named. Raises ConfigError if the file holds none, or others may read it."""
    if not file:
        return None
    path = expanded(file)
    try:
        token = read_line(path)
    except ConfigError:
        raise
    except OSError as error:
        raise ConfigError(f'"view.token_file": {path} cannot be read; make one with `keys token`') from error
    if len(token) < SHORTEST or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError(f"{path} holds no token of {SHORTEST} or more characters; make one with `keys token`")
    return token
