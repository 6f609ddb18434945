"""A table of changes: a row for each marker of a kind, with the density before and after it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from stream.protocol.bedside import Marker
from stream.readings.before_after import change_at
from stream.readings.trend import Trend
from stream.session.archive import Archive
from stream.session.finished import mode_of

MARKER_COLUMNS: Final = ("name", "session", "marker", "kind", "text", "seq", "t_utc", "until_utc")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerChange:
    """The change at a marker: mean density after less before, in % density, with its 90 % interval.

    before_s, after_s: how much of each side lies in the session, s.
    at_s: on the session's axis, media time of a replay, else seconds since 1970. why_not: why there is no change.
    """

    name: str
    session: str
    marker: int
    kind: str
    text: str
    t_utc: str
    at_s: float | None = None
    before_s: float | None = None
    before_mean_pct: float | None = None
    before_good_frames: int | None = None
    after_s: float | None = None
    after_mean_pct: float | None = None
    after_good_frames: int | None = None
    change_pct: float | None = None
    change_low_pct: float | None = None
    change_high_pct: float | None = None
    change_relative: float | None = None
    why_not: str = ""
    results: str


def change_rows(files: Sequence[Path], kind: str, before_s: float, after_s: float) -> list[MarkerChange]:
    """Return the changes at all markers of a kind, session after session. Raises OutputError if one is damaged."""
    return [row for file in files for row in _rows(file, kind, before_s, after_s)]


def marker_rows(files: Sequence[Path]) -> list[list[object]]:
    """Return the markers of all sessions as rows of `MARKER_COLUMNS`. Raises OutputError if a session is damaged."""
    rows: list[list[object]] = []
    for file in files:
        archive = Archive(file)
        session = str(archive.facts().get("session") or "")
        for marker in archive.markers(session, ""):
            times = [_utc(one) for one in (marker.t_ns, marker.until_ns)]
            rows.append([file.parent.name, session, marker.id, marker.kind, marker.text, marker.seq, *times])
        archive.close()
    return rows


def _rows(file: Path, kind: str, before_s: float, after_s: float) -> list[MarkerChange]:
    archive, trend = Archive(file), Trend()
    facts = archive.facts()
    session = str(facts.get("session") or "")
    markers = [marker for marker in archive.markers(session, str(facts.get("source") or "")) if marker.kind == kind]
    trend.load(archive.columns(mode_of(file, facts) == "replay"))
    archive.close()
    return [_row(file, session, marker, trend, before_s, after_s) for marker in markers]


def _row(file: Path, session: str, marker: Marker, trend: Trend, before_s: float, after_s: float) -> MarkerChange:
    at = trend.at_seq(marker.seq) if marker.seq is not None else trend.nearest_in_time(marker.t_ns)
    row = MarkerChange(
        name=file.parent.name,
        session=session,
        results=str(file.parent),
        marker=marker.id,
        kind=marker.kind,
        text=marker.text,
        t_utc=_utc(marker.t_ns),
        why_not="Cannot tell: there is no reading at it.",
    )
    if at is None:
        return row
    at_s = float(at["x"])
    first_s, last_s = trend.extent() or (at_s, at_s)
    change = change_at(trend, marker.id, at_s, before_s, after_s)
    return replace(
        row,
        at_s=round(at_s, 3),
        before_s=round(min(before_s, at_s - first_s), 3),
        before_mean_pct=_short(change.before.mean_pct),
        before_good_frames=change.before.good,
        after_s=round(min(after_s, last_s - at_s), 3),
        after_mean_pct=_short(change.after.mean_pct),
        after_good_frames=change.after.good,
        change_pct=change.change_pct,
        change_low_pct=change.change_low_pct,
        change_high_pct=change.change_high_pct,
        change_relative=change.change_relative,
        why_not=change.why_not,
    )


def _utc(t_ns: int | None) -> str:
    if t_ns is None:
        return ""
    return datetime.fromtimestamp(t_ns / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
