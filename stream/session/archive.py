"""A session's file for readers: columns for the trend, everything about one frame. Never writes.

The file may come from a stranger: nothing in it is executed, and a file that this program would not write is refused as
damaged.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Meta, Struct

from stream.console.text import plain
from stream.errors import OutputError, StreamError
from stream.protocol.bedside import AlarmEvent, Marker
from stream.protocol.measures import ANALYSED, CAPILLARIES_PER_AREA
from stream.protocol.readings import ObjectOutline, RegionOutline
from stream.protocol.types import UmPerPx
from stream.readings.scale import frame_mm2, per_mm2
from stream.readings.trend import DTYPE, Columns
from stream.session.journal import events_of, markers_of
from stream.session.store import COLUMNS, LATER_COLUMNS, column, objects_in, regions_in

_GRADE: Final = """CASE WHEN status != 'ok' OR density_pct IS NULL THEN 3
    ELSE CASE quality WHEN 'good' THEN 0 WHEN 'poor' THEN 1 WHEN 'unusable' THEN 2 ELSE 3 END END"""


_DAMAGE: Final = (sqlite3.Error, msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError)
_TABLES: Final = frozenset({"session", "readings", "drops"})
_COLUMNS_OF: Final = "SELECT name, hidden FROM pragma_table_xinfo(?)"
_ROWS_AT_ONCE: Final = 5000
_LAST_SEQ: Final = 2**62
_LONGEST_VALUE: Final = 64 * 2**20


class Facts(Struct, frozen=True):
    """The facts of a session that the program uses; older sessions lack some."""

    session: str | None = None
    source: str | None = None
    mode: str | None = None
    width: Annotated[int, Meta(ge=1, le=16384)] | None = None
    height: Annotated[int, Meta(ge=1, le=16384)] | None = None
    um_per_px: UmPerPx | None = None
    workers: Annotated[int, Meta(ge=0, le=1000)] | None = None
    model_id: str | None = None
    transfer: str | None = None
    asked_source: str | None = None
    source_sha256: str | None = None


class FrameReading(Struct, frozen=True, kw_only=True):
    """The values of one frame's reading, as a session keeps them and the page shows them."""

    seq: int
    frame: str
    time_s: float
    t_capture_ns: int
    t_published_ns: int
    status: str
    error: str
    density_pct: float | None
    density_low_pct: float | None
    density_high_pct: float | None
    capillary_count: int | None
    quality: str | None
    quality_reasons: tuple[str, ...]
    measures: dict[str, float]
    model_id: str
    latency_ms: float
    worker: int
    attempt: int
    drops_total: int
    truth_density_pct: float | None
    device_frame: int | None = None
    device_ns: int | None = None
    lost_before: int | None = None


class StoredReading(FrameReading, frozen=True, kw_only=True):
    """Everything that a session has of one frame. `regions`, `objects`: None if their outlines were not kept."""

    late: bool
    regions: tuple[RegionOutline, ...] | None
    objects: tuple[ObjectOutline, ...] | None


class Archive:
    """A session's file, read-only, also while another process writes; each thread gets a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Open nothing yet: a connection is made by the first question of a thread."""
        self.path = path
        self._mine = threading.local()
        self._open: list[sqlite3.Connection] = []

    def read(self, statement: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query. Raises OutputError if the file cannot be read, or is no session."""
        with self.readable():
            return self._connection().execute(statement, tuple(values)).fetchall()

    def facts(self) -> dict[str, Any]:
        """Return all facts; those that `Facts` names have the types given there. Raises OutputError if one has not."""
        with self.readable():
            rows = self.read("SELECT key, value FROM session")
            facts = {str(key): msgspec.json.decode(value) for key, value in rows}
            msgspec.convert(facts, Facts)
            return facts

    def columns(self, media_time: bool) -> Columns:
        """Return all readings except late ones as `DTYPE`, in order of seq; x: media time, or the time of day.

        Raises OutputError if the file is damaged.
        """
        with self.readable():
            return self._columns(media_time)

    def _columns(self, media_time: bool) -> Columns:
        found = self._connection().execute(
            f"""SELECT seq, time_s, t_capture_ns - (SELECT t_capture_ns FROM readings ORDER BY seq LIMIT 1),
                density_pct, density_low_pct, density_high_pct, {_GRADE}
                FROM readings WHERE NOT late ORDER BY seq"""
        )
        # In blocks: as Python's objects, the rows of a long session would need ten times the memory of its columns.
        blocks = [np.array(rows, np.float64) for rows in iter(lambda: found.fetchmany(_ROWS_AT_ONCE), [])]
        table = np.concatenate([np.zeros((0, 7)), *blocks])
        if not np.isfinite(table[:, [0, 1, 2, 6]]).all() or np.isinf(table).any():
            raise ValueError("a number is not finite")
        columns = np.zeros(len(table), DTYPE)
        if len(table) == 0:
            return columns
        first_ns = self.read("SELECT t_capture_ns FROM readings ORDER BY seq LIMIT 1")[0][0]
        columns["seq"], columns["grade"] = table[:, 0], table[:, 6]
        columns["t_ns"] = first_ns + table[:, 2].astype(np.int64)
        columns["x"] = on_axis(table[:, 1] if media_time else first_ns / 1e9 + table[:, 2] / 1e9)
        good = columns["grade"] == 0
        for name, place in (("density", 3), ("low", 4), ("high", 5)):
            columns[name] = np.where(good, table[:, place], np.nan)
        return columns

    def reading(self, seq: int) -> StoredReading | None:
        """Return everything about one frame; None if the session has no such frame. Raises OutputError if damaged."""
        with self.readable():
            return self._reading(seq)

    def _reading(self, seq: int) -> StoredReading | None:
        present = {name for name, _ in self.read(_COLUMNS_OF, ("readings",))}
        columns = ", ".join(name if name in present else f"NULL AS {name}" for name in COLUMNS)
        rows = self.read(f"SELECT {columns} FROM readings WHERE seq = ?", (seq,))
        if not rows:
            return None
        fields = dict(zip(COLUMNS, rows[0], strict=True))
        regions, objects = fields["regions"], fields["objects"]
        measures = msgspec.json.decode(fields["measures"])
        read = {
            "late": bool(fields["late"]),
            "quality_reasons": tuple(filter(None, fields["quality_reasons"].split("; "))),
            "measures": self._per_area(fields["capillary_count"], measures) | measures,
            "regions": None if regions is None else regions_in(regions),
            "objects": None if objects is None else objects_in(objects),
        }
        return msgspec.convert(fields | read, StoredReading)

    def _frame_mm2(self) -> float | None:
        """Return the area of a frame, mm², by the session's scale, perhaps given in a review; None if it has none."""
        facts = msgspec.convert(self.facts(), Facts)
        if facts.um_per_px is None or facts.width is None or facts.height is None:
            return None
        return frame_mm2(facts.width, facts.height, facts.um_per_px)

    def _per_area(self, count: int | None, measures: dict[str, float]) -> dict[str, float]:
        """Return the count per mm² of a frame by its key, for readings that were made without a scale."""
        area_mm2 = self._frame_mm2()
        if area_mm2 is None or count is None:
            return {}
        return per_mm2(count, measures.get(ANALYSED.keys[0], 100.0), area_mm2)

    def _columns_of(self, names: Iterable[str]) -> str:
        """Return the SQL of columns; the count per mm² of readings that were made without a scale follows from it."""
        area_mm2, (per_area,) = self._frame_mm2(), CAPILLARIES_PER_AREA.keys
        known = {name: column(name) for name in names}
        if area_mm2 is not None and per_area in known:
            analysed = f"COALESCE({column(ANALYSED.keys[0])}, 100.0)"
            known[per_area] = f"COALESCE({known[per_area]}, capillary_count / ({area_mm2!r} * {analysed} / 100))"
        return ", ".join(known.values())

    def good_mean(self, name: str) -> float | None:
        """Return the mean of a column over the good readings; None if none has a value.

        Raises OutputError if the file is damaged.
        """
        good = "NOT late AND status = 'ok' AND quality = 'good'"
        with self.readable():
            (mean,) = self.read(f"SELECT AVG({self._columns_of([name])}) FROM readings WHERE {good}")[0]
            return None if mean is None else float(mean)

    def rows(self, names: Iterable[str], from_seq: int = 0, to_seq: int = _LAST_SEQ) -> Iterator[tuple[Any, ...]]:
        """Yield the named columns of readings except late ones, in order of seq, both ends included; of all by default.

        Raises OutputError if the file is damaged, perhaps midway.
        """
        columns = self._columns_of(names)
        statement = f"SELECT {columns} FROM readings WHERE NOT late AND seq BETWEEN ? AND ? ORDER BY seq"
        with self.readable():
            yield from self._connection().execute(statement, (from_seq, to_seq))

    def markers(self, session: str, source: str) -> list[Marker]:
        """Return the session's markers, in order of time. Raises OutputError if one is damaged."""
        with self.readable():
            return markers_of(self, session, source)

    def events(self, session: str, source: str) -> list[AlarmEvent]:
        """Return all that happened to alarms, oldest first. Raises OutputError if it is damaged."""
        with self.readable():
            return events_of(self, session, source)

    def frames_read(self) -> int:
        """Return how many frames came, whatever became of them. Raises OutputError."""
        [(newest,)] = self.read("SELECT MAX(seq) FROM (SELECT seq FROM readings UNION ALL SELECT seq FROM drops)")
        return 0 if newest is None else int(newest) + 1

    def drops(self) -> dict[str, int]:
        """Return the number of frames without a reading, by cause."""
        return dict(self.read("SELECT cause, COUNT(*) FROM drops GROUP BY cause"))

    def close(self) -> None:
        """Close all connections; to be called when no thread reads any more."""
        while self._open:
            self._open.pop().close()

    @contextlib.contextmanager
    def readable(self) -> Iterator[None]:
        """Turn everything that a stranger's file can cause into one error with one sentence."""
        try:
            yield
        except StreamError:
            raise
        except _DAMAGE as error:
            raise OutputError(f"{self.path} is not a session, or is damaged ({plain(str(error))[:200]})") from error

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._mine, "connection"):
            self._mine.connection = _open(self.path)
            self._open.append(self._mine.connection)
        connection: sqlite3.Connection = self._mine.connection
        return connection


def on_axis(own_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return times that never decrease: after a clock was set back, or in a new file, they continue from the last."""
    back = np.maximum(-np.diff(own_s, prepend=own_s[:1]), 0)
    return np.asarray(own_s + np.cumsum(back), np.float64)


def _open(path: Path) -> sqlite3.Connection:
    """Open read-only and not bound to one thread, because a streamed answer is read by several in turn.

    If the folder cannot be written, SQLite cannot make its shared-memory file there; but then no process writes to the
    session either, so that it may be opened as immutable.
    """
    address = f"{path.resolve().as_uri()}?mode=ro"
    try:
        return _connected(address)
    except sqlite3.OperationalError:
        return _connected(f"{address}&immutable=1")


def _connected(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, check_same_thread=False)
    try:
        _examine(connection)
    except Exception:
        connection.close()
        raise
    return connection


def _examine(connection: sqlite3.Connection) -> None:
    """Raise ValueError unless it has the tables of a session and nothing that computes: a view may have no end."""
    connection.execute("PRAGMA trusted_schema=OFF")  # no function runs from a view, a trigger or a default
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    schema = connection.execute("SELECT type, name, COALESCE(sql, '') FROM sqlite_master").fetchall()
    if any(kind not in ("table", "index") or sql.upper().startswith("CREATE VIRTUAL") for kind, _, sql in schema):
        raise ValueError("it holds what no session holds")
    columns = connection.execute(_COLUMNS_OF, ("readings",)).fetchall()
    needed = set(COLUMNS) - set(LATER_COLUMNS)
    if not {name for _, name, _ in schema} >= _TABLES or not {name for name, _ in columns} >= needed:
        raise ValueError("its tables are not those of a session")
    if any(computed for name in _TABLES for _, computed in connection.execute(_COLUMNS_OF, (name,))):
        raise ValueError("it holds what no session holds")
