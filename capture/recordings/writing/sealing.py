"""The end of a recording: its parts become one video, and every file is hashed. The writer has ended by then."""

import contextlib
import hashlib
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from capture.recordings.writing.video_writer import join
from capture.sources.session.description import (
    FILE_NAME,
    TABLE,
    VIDEO,
    Description,
    FileHash,
    is_recording,
    parts_of,
    read_description,
    write_description,
)
from capture.sources.session.frame_table import FrameRow, FrameTable, read_table
from capture.sources.session.recorded import packets_in
from capture.sources.video.opened import MATROSKA, opened
from stream.config.parts import Sealed
from stream.console.text import counted, plain
from stream.machine.files import shown


def seal(folder: Path, frames_read: int = 0) -> Sealed | None:
    """Finish the recording in a folder, of a run of so many frames, 0 if that is not known; None if there is none.

    A row whose picture did not reach the disk, because the writer was killed or the disk was full, is removed.
    Pictures that wait for a request to be kept are removed if none came. Parts that cannot be joined, for lack of room
    or because their sizes differ, stay parts. Raises SourceError if recording.json cannot be read, OSError.
    """
    if not is_recording(folder):
        return None
    description = read_description(folder)
    parts = parts_of(folder)
    if not description.kept:
        for path in (path for part in parts for path in part):
            path.unlink(missing_ok=True)
        description = structs.replace(description, recorded=0)
        parts = []
    elif len(parts) > 1 or any(video.name != VIDEO for video, _ in parts):
        with contextlib.suppress(OSError, ValueError):
            _join(folder, parts)
        parts = parts_of(folder)
    _remove_rows_without_picture(parts)
    files = {path.name: _hashed(path) for part in parts for path in part if path.exists()}
    seqs = [row.seq for _, table in parts if table.exists() for row in read_table(table)]
    missing = _counted(description, seqs, frames_read)
    described = structs.replace(description, recorded=len(seqs), not_recorded=missing, closed=True, files=files)
    write_description(folder, described)
    hashes = {name: found.sha256 for name, found in files.items()}
    return Sealed(hashes | {FILE_NAME: _hashed(folder / FILE_NAME).sha256}, sentence(folder, described))


def _remove_rows_without_picture(parts: list[tuple[Path, Path]]) -> None:
    """Make no table promise more frames than its video holds. Raises OSError."""
    for video, table in parts:
        rows = list(read_table(table)) if table.exists() else []
        present = packets_in(video)
        if present < len(rows):
            _cut_table(table, present)


def _cut_table(table: Path, rows: int) -> None:
    """Keep the first rows in place, which takes no room on a disk that is full. Raises OSError."""
    with table.open("r+b") as file:
        for _ in range(rows + 1):
            file.readline()
        file.truncate(file.tell())


def _write_table(table: Path, rows: list[FrameRow]) -> None:
    whole = table.with_name(f"{table.name}.whole")
    written = FrameTable(whole)
    try:
        for row in rows:
            written.add(row)
        whole.replace(table)
    finally:
        written.close()
        whole.unlink(missing_ok=True)


def _counted(description: Description, seqs: list[int], frames_read: int) -> dict[str, int]:
    """Return the frames not recorded, by cause; what a recorder had not counted when it died is seen by the gaps."""
    known = description.not_recorded
    if not description.kept:
        return known
    begin = seqs[0] if seqs and description.last_minutes > 0 else 0  # older pictures were removed, as was asked
    end = max(frames_read, seqs[-1] + 1 if seqs else 0)
    unknown = end - begin - len(seqs) - sum(known.values())
    return known | {"not received": known.get("not received", 0) + unknown} if unknown > 0 else known


def sentence(folder: Path, description: Description) -> str:
    """Say how a recording went."""
    if not description.kept:
        return "Pictures: none kept, because no page asked for that."
    missing = sum(description.not_recorded.values())
    causes = ", ".join(f"{count} {cause}" for cause, count in description.not_recorded.items())
    lost = f" {counted(missing, 'frame')} not recorded ({causes})." if missing else ""
    return plain(f"Pictures: {counted(description.recorded, 'frame')} recorded in {shown(folder)}.{lost}")


def _hashed(path: Path) -> FileHash:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileHash(file.tell(), digest)


def _join(folder: Path, parts: list[tuple[Path, Path]]) -> None:
    """Make one video and one table of all parts of one size. Raises OSError, ValueError; then all is as before."""
    if len({_size(video) for video, _ in parts}) > 1:
        return
    rows: list[FrameRow] = []
    for video, table in parts:
        rows += list(read_table(table))[: packets_in(video)]
    joined, table = folder / f"{VIDEO}.joined", folder / f"{TABLE}.joined"
    try:
        join([video for video, _ in parts], joined)
        if packets_in(joined) != len(rows):
            raise ValueError("frames were lost on the way")
        _write_table(table, [replace(row, presented_ms=row.presented_ms - rows[0].presented_ms) for row in rows])
    except (OSError, ValueError):
        for path in (joined, table):
            path.unlink(missing_ok=True)
        raise
    for path in (path for part in parts for path in part):
        path.unlink(missing_ok=True)
    joined.replace(folder / VIDEO)
    table.replace(folder / TABLE)


def _size(video: Path) -> tuple[int, int]:
    with opened(video, MATROSKA) as own:
        context = own.stream.codec_context
        return context.width, context.height
