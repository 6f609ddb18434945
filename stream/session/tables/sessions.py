"""A table of sessions: a row for each, with what summary.json says of one. Read from the sessions' own files."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from stream.errors import OutputError
from stream.session.archive import Archive
from stream.session.figures.media import media_of
from stream.session.figures.statistics import STATISTICS_COLUMNS, density_statistics
from stream.session.finished import mode_of, source_of
from stream.session.store import FILE_NAME, counted_by

NOT_BEGUN: Final = "not begun"
INTERRUPTED: Final = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session in the table. Densities in %, over good frames; what is not known is None.

    name: of its folder. status: complete, incomplete (with a reason), interrupted, not begun, or damaged.
    frames_asked: only the first so many were asked for; None: all. frames: with a reading, those that failed included.
    frames_lost: by the source. treatment: the choice that was made to get pixels; empty if there was none.
    """

    name: str
    source: str | None = None
    mode: str | None = None
    status: str
    reason: str | None = None
    frames_asked: int | None = None
    frames: int | None = None
    frames_failed: int | None = None
    frames_dropped: int | None = None
    frames_lost: int | None = None
    good_frames: int | None = None
    share_good: float | None = None
    density_mean_pct: float | None = None
    density_mean_low_pct: float | None = None
    density_mean_high_pct: float | None = None
    density_median_pct: float | None = None
    density_sd_pct: float | None = None
    capillary_count_mean: float | None = None
    duration_s: float | None = None
    fps: float | None = None
    width: int | None = None
    height: int | None = None
    treatment: str | None = None
    um_per_px: float | None = None
    model_id: str | None = None
    source_sha256: str | None = None
    session: str | None = None
    results: str


def session_row(folder: Path, source: str | None = None) -> SessionRow:
    """Return the row of the session in a folder; source: as the user named it, if that is known."""
    if not (folder / FILE_NAME).is_file():
        return SessionRow(name=folder.name, source=source, status=NOT_BEGUN, results=str(folder))
    return _row_of(folder / FILE_NAME, source)


def _row_of(file: Path, source: str | None = None) -> SessionRow:
    archive, folder = Archive(file), file.parent
    try:
        with archive.readable():
            return _read(archive, folder, source)
    except OutputError as error:
        return SessionRow(name=folder.name, source=source, status="damaged", reason=str(error), results=str(folder))
    finally:
        archive.close()


def _read(archive: Archive, folder: Path, source: str | None) -> SessionRow:
    """Read the row. Raises OutputError if the session is damaged."""
    facts, counts = archive.facts(), counted_by(archive.read)
    known = set(SessionRow.__dataclass_fields__)
    density = asdict(density_statistics(archive.rows(STATISTICS_COLUMNS)))
    named = ("frames_asked", "frames_lost", "reason", "um_per_px", "model_id", "source_sha256", "session")
    return SessionRow(
        name=folder.name,
        source=source or source_of(folder) or facts.get("source"),
        mode=mode_of(archive.path, facts),
        status=str(facts.get("status") or INTERRUPTED),
        frames=counts["published"] + counts["failed"],
        frames_failed=counts["failed"],
        frames_dropped=counts["dropped"],
        results=str(folder),
        **{name: facts.get(name) for name in named},
        **{name: value for name, value in density.items() if name in known},
        **asdict(media_of(facts, archive.read)),
    )


def session_rows(files: Sequence[Path]) -> list[SessionRow]:
    """Return the rows of sessions, by their files."""
    return [_row_of(file) for file in files]
