"""A folder made ready for a run: its session begins anew, continues, or is refused because something would be lost."""

import contextlib
import json
import sqlite3
from pathlib import Path

import msgspec

from stream.config.run_plan import RunPlan
from stream.console.public_source import public_source
from stream.console.text import counted
from stream.errors import OutputError
from stream.session.folders import session_id_for
from stream.session.result_files import clear, readable
from stream.session.resuming import StoredRun, covers, facts_of, reason_not_to_resume
from stream.session.store import FILE_NAME, FILES, DamagedError, Store


def prepare(plan: RunPlan, *, resume: bool, overwrite: bool = False) -> str:
    """Make the folder of a plan ready, and return the session's identifier.

    An unfinished session of the same source begins anew, a finished one with `overwrite`; either continues with
    `resume`. Raises OutputError if it cannot be resumed, or if frames of another source or finished results would be
    lost.
    """
    folder = plan.folder
    if resume:
        session = _resumable(plan).session
    else:
        refuse_loss(folder, public_source(plan.source), overwrite=overwrite)
        session = session_id_for(folder)
    try:
        clear(folder)
        for name in () if resume else FILES:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{error.filename} cannot be replaced: {error.strerror}; remove it") from error
    store = Store(folder / FILE_NAME)
    store.set_facts(session=session, begun_at=None, begun_ns=None, **facts_of(plan))
    store.close()
    if store.full:
        raise OutputError(f"the disk with {folder} is full; make room, or choose another folder")
    return session


def is_complete(plan: RunPlan) -> bool:
    """Return whether the folder holds a finished replay of all frames that are asked for.

    Raises OutputError if it holds one that does not match what is asked for.
    """
    return finished(plan.folder) and covers(_resumable(plan), plan)


def refuse_loss(folder: Path, source: str, *, overwrite: bool) -> None:
    """Raise OutputError if beginning `source` anew would lose frames of another source.

    Without `overwrite` also if it would lose finished results, or markers.
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
    if marked := _markers(folder):
        raise OutputError(
            f"{folder} holds an unfinished run with {counted(marked, 'marker')}; continue with --resume, or begin anew "
            "without them with --overwrite"
        )


def finished(folder: Path) -> bool:
    """Return whether the folder holds a replay of every frame, with all its files."""
    try:
        return bool(json.loads((folder / "summary.json").read_text())["status"] == "complete")
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def holds_frames(folder: Path) -> bool:
    """Return whether the folder holds a session with at least one frame."""
    facts = _facts(folder)
    return facts is not None and bool(facts["frames"])


def _resumable(plan: RunPlan) -> StoredRun:
    """Return how the session in the folder was begun. Raises OutputError if the plan cannot continue it."""
    folder = plan.folder
    if not (folder / FILE_NAME).is_file():
        raise OutputError(f"there is no session in {folder} to resume; run it without --resume")
    try:
        with contextlib.closing(Store(folder / FILE_NAME)) as store:
            found = {"frames": len(store.seqs()), "without_outlines": store.without_outlines()}
            stored = msgspec.convert(store.facts() | found, StoredRun)
            sound = store.sound() and readable(store)
    except (DamagedError, sqlite3.Error, msgspec.ValidationError):
        sound = False
    if not sound:
        raise OutputError(f"the session file in {folder} is damaged; run it without --resume to begin anew")
    if reason := reason_not_to_resume(stored, plan):
        raise OutputError(reason)
    return stored


def _facts(folder: Path) -> dict[str, str | int | float | None] | None:
    """Return the facts of the folder's session and its number of frames; None if there is none that can be read."""
    if not (folder / FILE_NAME).is_file():
        return None
    try:
        with contextlib.closing(Store(folder / FILE_NAME)) as store:
            return store.facts() | {"frames": len(store.seqs())}
    except (OutputError, sqlite3.Error):
        return None


def _markers(folder: Path) -> int:
    """Return the number of markers in the folder's session, also of one that is damaged; 0 if it cannot be read."""
    if not (folder / FILE_NAME).is_file():
        return 0
    address = f"{(folder / FILE_NAME).resolve().as_uri()}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as file:
            return int(file.execute("SELECT COUNT(*) FROM markers WHERE change != 'removed'").fetchone()[0])
    except sqlite3.Error:
        return 0
