"""The sessions in a folder of sessions, newest first. Knows their files, no page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stream.console.text import counted, plain
from stream.errors import OutputError, UsageError
from stream.machine.files import reach
from stream.machine.owner_lock import is_held
from stream.session.archive import Archive
from stream.session.folders import OWNER
from stream.session.store import FILE_NAME, settle


@dataclass(frozen=True, slots=True)
class Kept:
    """A session: its folder, when it began (ns since 1970 UTC), how long it is, of what, and with how many readings.

    damaged: nothing else is known of it.
    """

    folder: Path
    begun_ns: int
    length_s: float
    source: str
    readings: int
    running: bool
    damaged: bool = False


def sessions_in(base: Path) -> list[Kept]:
    """Those that have readings, newest first, and last those that are damaged.

    Raises OutputError where the folder may not be looked into.
    """
    reach(base)
    return sorted(_found(base), key=lambda kept: kept.begun_ns, reverse=True)


def _found(base: Path) -> Iterator[Kept]:
    for file in base.glob(f"*/{FILE_NAME}"):
        try:
            kept = _read(file)
        except OutputError:
            yield Kept(file.parent, 0, 0.0, "", 0, running=False, damaged=True)
            continue
        if kept.readings:
            yield kept


def _read(file: Path) -> Kept:
    """Raises OutputError where it is no session, or damaged."""
    archive, writer = Archive(file), file.parent / OWNER
    try:
        count, first_ns, last_ns = archive.read(
            "SELECT COUNT(*), COALESCE(MIN(t_capture_ns), 0), COALESCE(MAX(t_capture_ns), 0) FROM readings"
        )[0]
        if not isinstance(first_ns, int) or not isinstance(last_ns, int):
            raise OutputError(f"{file} is no session, or damaged")
        source = str(archive.facts().get("source") or "")
    finally:
        archive.close()
    running = is_held(writer)
    if not running:
        settle(file)
    return Kept(file.parent, first_ns, (last_ns - first_ns) / 1e9, source, count, running)


def newest(base: Path) -> Path:
    """The folder of the newest session that is finished. Raises UsageError where there is none."""
    for kept in sessions_in(base):
        if not kept.running and not kept.damaged:
            return kept.folder
    raise UsageError(f"there is no finished session in {base}: `live` makes one")


def listed(sessions: Sequence[Kept]) -> str:
    """A line a session: name, when it began, length, source, readings. Whatever they are called can be printed."""
    lines = [_told(kept) for kept in sessions]
    widths = [max(len(line[place]) for line in lines) for place in range(4)]
    return "\n".join("  ".join([*map(str.ljust, line[:4], widths), line[4]]) for line in lines)


def _told(kept: Kept) -> tuple[str, str, str, str, str]:
    name = plain(kept.folder.name)
    if kept.damaged:
        return name, "", "", "", "damaged"
    begun = f"{datetime.fromtimestamp(kept.begun_ns / 1e9):%Y-%m-%d %H:%M:%S}"
    readings = counted(kept.readings, "reading") + (", still being written" if kept.running else "")
    return name, begun, _length(kept.length_s), plain(kept.source), readings


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
