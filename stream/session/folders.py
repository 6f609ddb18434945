"""Where sessions lie and who may write there: names, folders, and one writer a folder."""

import contextlib
import itertools
import json
import os
import re
import secrets
import shutil
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import msgspec

from stream.errors import OutputError, UsageError
from stream.machine.files import expanded, reach, real
from stream.machine.owner_lock import Mark, is_abandoned
from stream.security import audit_log
from stream.session.result_files import OUTPUTS, TREND, clear, readable, supply_regions
from stream.session.resuming import Asked, Begun, covers, why_not
from stream.session.store import FILE_NAME, DamagedError, Store

OWNER: Final = ".writer"
_SESSION_ID: Final = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
_IMAGES: Final = re.compile(r"^images:(.*?)(\?[^?=]*=[^?]*)?$", re.DOTALL | re.IGNORECASE)
_WILDCARDS: Final = frozenset("*?[")
_SESSION: Final = (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm")


def new_session_id() -> str:
    """Time and chance, nothing about the patient."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def sessions_folder(configured: str) -> Path:
    """Where live sessions go: as configured, else the user's data folder (XDG Base Directory specification)."""
    if configured:
        return expanded(configured)
    base = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA") or "~/.local/share"
    return expanded(base) / "capillary-stream" / "sessions"


def result_folders(sources: Sequence[str], output: Path) -> list[Path]:
    """Where the results of each source go: `output` itself, or for several a folder each below it.

    Raises UsageError where that is no folder of its own: results among the pictures that they were made from would be
    read as pictures the next time.
    """
    if str(output) in ("", "."):
        raise UsageError("--output needs a folder of its own, such as results/today")
    folders = _each_its_own(sources, output)
    for folder in folders:
        reach(folder)
    for source, folder in itertools.product(sources, (output, *folders)):
        if _among_pictures(folder, source):
            raise UsageError(f"--output {folder} is the source's own folder; choose another one")
    return folders


def _among_pictures(folder: Path, source: str) -> bool:
    """True where what is written to the folder would be read as pictures of the source the next time."""
    place = real(expanded(_IMAGES.sub(r"\1", source)))
    if place == real(folder) or _WILDCARDS.isdisjoint(str(place)):
        return place == real(folder)
    *above, last = place.parts
    return fnmatchcase(TREND, last) and _matches(real(folder).parts, above)


def _matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a path is one of those that a pattern names; `**` is any number of folders."""
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return _matches(parts, pattern[1:]) or (bool(parts) and _matches(parts[1:], pattern))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])


def _each_its_own(sources: Sequence[str], output: Path) -> list[Path]:
    if len(sources) == 1:
        return [output]
    stems = [Path(source.rstrip("/\\")).stem for source in sources]
    names = [re.sub(r"[^\w.-]+", "-", stem).strip("-.") or "source" for stem in stems]
    return [output / (name if names.count(name) == 1 else f"{name}-{place}") for place, name in enumerate(names, 1)]


class OutputFolder:
    """A folder that this process writes to, and nobody else until `release`."""

    def __init__(self, path: Path) -> None:
        """Raises OutputError where it cannot be made or written, or another run writes to it."""
        reach(path)
        self.path = path
        self._made = [each for each in (path, *path.parents) if not each.exists()]
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"the folder {path} cannot be made: {error.strerror}") from error
        try:
            self._found = {each.name for each in path.iterdir()}
            self._mark = Mark(path / OWNER)
        except BlockingIOError:
            raise OutputError(f"the folder {path} is being written by another run; choose another one") from None
        except OSError as error:
            raise OutputError(f"the folder {path} cannot be written: {error.strerror}; choose another one") from error

    def release(self) -> None:
        """Let others write."""
        self._mark.release()

    def leave(self) -> None:
        """Release it as it was found where no frame came: without this run's files and the folders made for them."""
        if not (holds_frames(self.path) or (self.path / "summary.json").exists()):
            for name in {*_SESSION, audit_log.FILE_NAME, *OUTPUTS} - self._found:
                (self.path / name).unlink(missing_ok=True)
        self.release()
        with contextlib.suppress(OSError):  # it is not empty
            for folder in self._made:
                folder.rmdir()


def prepare(folder: Path, asked: Asked, *, resume: bool, overwrite: bool = False) -> str:
    """Make a folder ready for a run of what is asked, and return the session's id.

    A folder that is named like a session names it.

    An unfinished session of the same source is begun again, a finished one with `overwrite`; either is continued with
    `resume`. Raises OutputError where it cannot be resumed, or frames of another source or finished results would be
    lost.
    """
    if resume:
        session = _begun(folder, asked).session
    else:
        spare(folder, asked.source, overwrite=overwrite)
        session = folder.name if _SESSION_ID.fullmatch(folder.name) else new_session_id()
    try:
        clear(folder)
        for name in () if resume else _SESSION:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{error.filename} is in the way: {error.strerror}; remove it") from error
    store = Store(folder / FILE_NAME)
    store.note(session=session, begun_at=None, begun_ns=None, **asked.facts())
    store.close()
    if store.full:
        raise OutputError(f"the disk with {folder} is full; make room, or choose another folder")
    return session


def complete(folder: Path, asked: Asked, *, regions_file: bool) -> bool:
    """True where a finished replay of all frames that are asked for lies; its outlines are then written, where wanted.

    Raises OutputError where one lies that cannot be gone on with as it is asked.
    """
    if not (finished(folder) and covers(_begun(folder, asked), asked)):
        return False
    if regions_file:
        supply_regions(folder)
    return True


def _begun(folder: Path, asked: Asked) -> Begun:
    """How the session in a folder was begun. Raises OutputError where it cannot be resumed as it is asked."""
    if not (folder / FILE_NAME).is_file():
        raise OutputError(f"there is no session in {folder} to resume; run it without --resume")
    try:
        with contextlib.closing(Store(folder / FILE_NAME)) as store:
            begun = msgspec.convert(store.facts() | {"frames": len(store.seqs()), "bare": store.bare()}, Begun)
            sound = store.sound() and readable(store)
    except (DamagedError, sqlite3.Error, msgspec.ValidationError):
        sound = False
    if not sound:
        raise OutputError(f"the session file in {folder} is damaged; run it without --resume to begin anew")
    if reason := why_not(begun, asked, folder):
        raise OutputError(reason)
    return begun


def spare(folder: Path, source: str, *, overwrite: bool) -> None:
    """Raises OutputError where beginning `source` anew would lose frames of another one.

    Or finished results, or markers that somebody set, unless they are to be overwritten.
    """
    facts = _facts(folder)
    if facts is not None and facts.get("asked_source") != source and facts["frames"]:
        raise OutputError(
            f"{folder} holds the results of {facts.get('asked_source')}; choose another folder, or remove it"
        )
    if overwrite:
        return
    if finished(folder):
        raise OutputError(
            f"{folder} holds finished results; choose another folder, or replace them, markers included, with "
            "--overwrite"
        )
    if marked := _marked(folder):
        raise OutputError(
            f"{folder} holds an unfinished run with {marked} marker{'s' * (marked > 1)}; go on with --resume, or begin "
            "anew without them with --overwrite"
        )


def finished(folder: Path) -> bool:
    """True where a replay of every frame lies, with all its files."""
    try:
        return bool(json.loads((folder / "summary.json").read_text())["status"] == "complete")
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def holds_frames(folder: Path) -> bool:
    """True where a session with at least one frame lies."""
    facts = _facts(folder)
    return facts is not None and bool(facts["frames"])


def sweep(base: Path, prefix: str) -> None:
    """Remove the folders of that name whose writer was killed."""
    for folder in base.glob(f"{prefix}*"):
        with contextlib.suppress(OSError):
            if is_abandoned(folder / OWNER):
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
    except (OutputError, sqlite3.Error):
        return None


def _marked(folder: Path) -> int:
    """How many markers somebody set; none where no session can be read."""
    if not (folder / FILE_NAME).is_file():
        return 0
    try:
        with contextlib.closing(
            sqlite3.connect(f"{(folder / FILE_NAME).resolve().as_uri()}?mode=ro", uri=True)
        ) as file:
            return int(file.execute("SELECT COUNT(*) FROM markers WHERE change != 'removed'").fetchone()[0])
    except sqlite3.Error:
        return 0
