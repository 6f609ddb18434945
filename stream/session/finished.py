"""Finds the file of a finished session, and says how the session was made."""

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from stream.errors import OutputError, UsageError
from stream.machine.files import natural_key, reach
from stream.machine.owner_lock import is_held
from stream.protocol.types import Mode
from stream.session.output_folder import OWNER
from stream.session.store import FILE_NAME

_MODES: Final[tuple[Mode, ...]] = ("live", "demo", "replay")


def session_file(named: Path) -> Path:
    """Return the file of the session that a user names: the file itself, or the folder of a replay or session.

    Raises UsageError if there is no session there, OutputError if it is still being written.
    """
    reach(named)
    path = named / FILE_NAME if named.is_dir() else named
    if not path.is_file():
        if is_folder_of_sessions(named):
            some = sorted(named.glob(f"*/{FILE_NAME}"))[-1].parent
            raise UsageError(
                f"{named} is a folder of sessions: name one of them, such as {some}; `view {named}` lists them"
            )
        raise UsageError(f"there is no session in {named}: name a folder with a {FILE_NAME}, or that file")
    writer = path.parent / OWNER
    if path.name == FILE_NAME and is_held(writer):
        raise OutputError(
            f"the session in {path.parent} is still being written; look at its own page, or wait for its end"
        )
    return path


def is_folder_of_sessions(named: Path) -> bool:
    """Return whether a folder is no session itself and holds some. Raises OutputError if it may not be looked at."""
    reach(named)
    return named.is_dir() and not (named / FILE_NAME).is_file() and any(named.glob(f"*/{FILE_NAME}"))


def mode_of(path: Path, facts: dict[str, Any]) -> Mode:
    """Return how a session was made. Old sessions do not say so, but a replay leaves its summary beside the file."""
    if facts.get("mode") in _MODES:
        mode: Mode = facts["mode"]
        return mode
    return "replay" if (path.parent / "summary.json").is_file() else "live"


def source_of(folder: Path) -> str | None:
    """Return the source as summary.json names it: the session's own file has a neutral name only."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        summary: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        return str(summary["source"]) if summary.get("source") else None
    return None


def session_files(named: Sequence[Path]) -> list[Path]:
    """Return the files of all finished sessions that a user names: as `session_file`, or folders of several of them.

    Those of a folder come in the order in which people count. Raises UsageError if a name leads to none.
    """
    found: list[Path] = []
    for one in named:
        if is_folder_of_sessions(one):
            found += sorted(one.glob(f"*/{FILE_NAME}"), key=lambda path: natural_key(path.parent.name))
        else:
            found.append(session_file(one))
    return found
