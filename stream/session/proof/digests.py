"""Hashes of a session's file, for the audit log: of all its bytes, and of what no review may change."""

import contextlib
import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Final

from stream.errors import OutputError
from stream.session.store import FILE_NAME, merge_write_ahead_file

_LASTING: Final = ("readings", "drops", "incidents")
"""Tables that are written while the session runs, and never after it: in a review people set markers, and a scale."""


def seals(folder: Path) -> dict[str, str]:
    """Return the hashes of a folder's session that go into its audit log; none if there is no session.

    The run has ended. What a killed writer left beside the file is moved into it first.
    Raises OutputError if it cannot be read.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return {}
    merge_write_ahead_file(path)
    return {"session_sha256": file_sha256(path), "readings_sha256": readings_sha256(path)}


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file. Raises OutputError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise OutputError(f"{path.name} is missing") from None
    except OSError as error:
        raise OutputError(f"{path.name} cannot be read: {error.strerror or error}") from None


def holds_more(path: Path) -> bool:
    """Return whether a part of the session lies in the write-ahead file beside it."""
    beside = path.with_name(f"{path.name}-wal")
    return beside.is_file() and beside.stat().st_size > 0


def readings_sha256(path: Path) -> str:
    """Return the SHA-256 of every row that a session wrote while it ran. Raises OutputError if it cannot be read."""
    digest = hashlib.sha256()
    # Without a file of its own beside it, which SQLite would make to read what is still written.
    address = f"{path.resolve().as_uri()}?mode=ro{'' if holds_more(path) else '&immutable=1'}"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
            present = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            for table in (name for name in _LASTING if name in present):
                digest.update(f"{table}\n".encode())
                for row in database.execute(f"SELECT * FROM {table} ORDER BY 1"):
                    shown = [value.hex() if isinstance(value, bytes) else value for value in row]
                    digest.update(json.dumps(shown).encode() + b"\n")
    except (sqlite3.Error, ValueError, OverflowError) as error:
        raise OutputError(f"{path.name} is damaged: {error}") from None
    return digest.hexdigest()
