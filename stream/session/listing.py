"""The sessions in a folder of sessions, newest first. Knows their files, no page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stream.console.text import counted, plain
from stream.errors import OutputError, UsageError
from stream.machine.files import reach
from stream.machine.owner_lock import is_held
from stream.protocol.measures import DENSITY
from stream.session.archive import Archive
from stream.session.finished import source_of
from stream.session.output_folder import OWNER
from stream.session.store import FILE_NAME, merge_write_ahead_file


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A session in the list.

    begun_ns: first capture, ns since 1970 UTC; length_s: from there to the last one. name: `sink.session_name`.
    good: number of good readings, density_pct: their mean. running: it is still written.
    damaged: only its folder is known.
    """

    folder: Path
    begun_ns: int
    length_s: float
    source: str
    readings: int
    running: bool
    good: int = 0
    density_pct: float | None = None
    name: str = ""
    damaged: bool = False


def sessions_in(base: Path) -> list[ListedSession]:
    """Return the sessions with readings, newest first, and then the damaged ones.

    Raises OutputError if the folder may not be read.
    """
    reach(base)
    return sorted(_found(base), key=lambda session: session.begun_ns, reverse=True)


def _found(base: Path) -> Iterator[ListedSession]:
    for file in base.glob(f"*/{FILE_NAME}"):
        try:
            session = _read(file)
        except OutputError:
            yield ListedSession(file.parent, 0, 0.0, "", 0, running=False, damaged=True)
            continue
        if session.readings:
            yield session


def _read(file: Path) -> ListedSession:
    """Read one session. Raises OutputError if the file is not a session, or is damaged."""
    archive, writer = Archive(file), file.parent / OWNER
    try:
        count, first_ns, last_ns, good, density_pct = archive.read(
            "SELECT COUNT(*), COALESCE(MIN(t_capture_ns), 0), COALESCE(MAX(t_capture_ns), 0), "
            "COALESCE(SUM(status = 'ok' AND quality = 'good'), 0), "
            "AVG(CASE WHEN quality = 'good' THEN density_pct END) FROM readings"
        )[0]
        if not isinstance(first_ns, int) or not isinstance(last_ns, int):
            raise OutputError(f"{file} is not a session, or is damaged")
        facts = archive.facts()
    finally:
        archive.close()
    running = is_held(writer)
    if not running:
        merge_write_ahead_file(file)
    return ListedSession(
        file.parent,
        first_ns,
        (last_ns - first_ns) / 1e9,
        source_of(file.parent) or str(facts.get("source") or ""),
        count,
        running,
        good=int(good),
        density_pct=density_pct,
        name=str(facts.get("name") or ""),
    )


def newest(base: Path) -> Path:
    """Return the folder of the newest finished session. Raises UsageError if there is none."""
    for session in sessions_in(base):
        if not session.running and not session.damaged:
            return session.folder
    raise UsageError(f"there is no finished session in {base}: `live` makes one")


def listed(sessions: Sequence[ListedSession]) -> str:
    """Return one line per session: folder and name, begin with its time zone, length, source, readings, good, density.

    Safe to print, whatever the names hold.
    """
    lines = [_columns(session) for session in sessions]
    widths = [max(len(line[place]) for line in lines) for place in range(4)]
    return "\n".join("  ".join([*map(str.ljust, line[:4], widths), line[4]]) for line in lines)


def _columns(session: ListedSession) -> tuple[str, str, str, str, str]:
    name = plain(f"{session.folder.name} ({session.name})" if session.name else session.folder.name)
    if session.damaged:
        return name, "", "", "", "damaged"
    begun = f"{datetime.fromtimestamp(session.begun_ns / 1e9).astimezone():%Y-%m-%d %H:%M:%S %Z}"
    readings = f"{counted(session.readings, 'reading')}, {session.good / session.readings:.0%} good"
    if session.density_pct is not None:
        readings += f", {DENSITY.text(session.density_pct)}"
    if session.running:
        readings += ", still being written"
    return name, begun, _length(session.length_s), plain(session.source), readings


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
