"""Where sessions lie and who may write there: names, folders, and one writer a folder."""

import contextlib
import json
import os
import re
import secrets
import shutil
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from stream.errors import OutputError, UsageError
from stream.portability import identity, is_alive
from stream.sink.report import clear
from stream.sink.store import FILE_NAME, Store

OWNER: Final = ".writer"


def new_session_id() -> str:
    """Time and chance, nothing about the patient."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def sessions_folder(configured: str) -> Path:
    """Where live sessions go: as configured, else the user's data folder (XDG Base Directory specification)."""
    if configured:
        return Path(configured).expanduser()
    base = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA") or "~/.local/share"
    return Path(base).expanduser() / "capillary-stream" / "sessions"


def result_folders(sources: Sequence[str], output: Path) -> list[Path]:
    """Where the results of each source go: `output` itself, or for several a folder each below it.

    Raises UsageError where that is no folder of its own: results among the pictures that they were made from would be
    read as pictures the next time.
    """
    if str(output) in ("", "."):
        raise UsageError("--output needs a folder of its own, such as results/today")
    for source in sources:
        if Path(source.removeprefix("images:")).resolve() == output.resolve():
            raise UsageError(f"--output {output} is the source's own folder; choose another one")
    if len(sources) == 1:
        return [output]
    stems = [Path(source.rstrip("/\\")).stem for source in sources]
    names = [re.sub(r"[^\w.-]+", "-", stem).strip("-.") or "source" for stem in stems]
    return [output / (name if names.count(name) == 1 else f"{name}-{place}") for place, name in enumerate(names, 1)]


class OutputFolder:
    """A folder that this process writes to, and nobody else until `release`."""

    def __init__(self, path: Path) -> None:
        """Raises OutputError where it cannot be made or written, or another run writes to it."""
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"the folder {path} cannot be made: {error.strerror}") from error
        self._mark = path / OWNER
        try:
            self._claim()
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(f"the folder {path} cannot be written: {error.strerror}; choose another one") from error

    def _claim(self) -> None:
        """Made exclusively, so that of two runs that start at once only one gets it."""
        try:
            with self._mark.open("x") as file:
                file.write(identity(os.getpid()))
        except FileExistsError:
            if is_alive(self._mark.read_text()):
                raise OutputError(
                    f"the folder {self.path} is being written by another run; choose another one"
                ) from None
            self._mark.write_text(identity(os.getpid()))  # its writer was killed

    def release(self) -> None:
        """Let others write."""
        self._mark.unlink(missing_ok=True)


def prepare(folder: Path, source: str, analysis: str, *, resume: bool) -> str:
    """Make a folder ready for a run of `source` by `analysis` (a hash), and return the session's id.

    A session of the same source is begun again, or with `resume` continued.
    Raises OutputError where there is nothing to resume, a table would mix two analyses, or frames of another source
    would be lost.
    """
    facts = _facts(folder)
    if resume:
        if facts is None and (folder / FILE_NAME).is_file():
            raise OutputError(f"the session file in {folder} is damaged; run it without --resume to begin anew")
        if facts is None:
            raise OutputError(f"there is no session in {folder} to resume; run it without --resume")
        if facts.get("asked_source") != source:
            raise OutputError(f"the session in {folder} is of {facts.get('asked_source')}, not of {source}")
        if facts.get("analysis") != analysis:
            raise OutputError(
                f"the session in {folder} was begun with other analyser settings; use those, or begin anew"
            )
    elif facts is not None and facts.get("asked_source") != source and facts["frames"]:
        raise OutputError(
            f"{folder} holds the results of {facts.get('asked_source')}; choose another folder, or remove it"
        )
    clear(folder)
    if not resume:
        for suffix in ("", "-wal", "-shm"):
            (folder / (FILE_NAME + suffix)).unlink(missing_ok=True)
    session = str(facts["session"]) if resume and facts is not None else new_session_id()
    store = Store(folder / FILE_NAME)
    store.note(session=session, asked_source=source, analysis=analysis, begun_at=None, begun_ns=None)
    store.close()
    if store.full:
        raise OutputError(f"the disk with {folder} is full; make room, or choose another folder")
    return session


def finished(folder: Path) -> bool:
    """True where a replay of every frame lies, with all its files."""
    try:
        return bool(json.loads((folder / "summary.json").read_text())["status"] == "complete")
    except (OSError, ValueError, KeyError, TypeError):
        return False


def holds_frames(folder: Path) -> bool:
    """True where a session with at least one frame lies."""
    facts = _facts(folder)
    return facts is not None and bool(facts["frames"])


def sweep(base: Path, prefix: str) -> None:
    """Remove the folders of that name whose writer was killed."""
    for folder in base.glob(f"{prefix}*"):
        with contextlib.suppress(OSError):
            if not is_alive((folder / OWNER).read_text()):
                shutil.rmtree(folder, ignore_errors=True)


def _facts(folder: Path) -> dict[str, str | int | float | None] | None:
    if not (folder / FILE_NAME).is_file():
        return None
    try:
        store = Store(folder / FILE_NAME)
        try:
            return store.facts() | {"frames": len(store.seqs())}
        finally:
            store.close()
    except (OutputError, sqlite3.Error, json.JSONDecodeError):
        return None
