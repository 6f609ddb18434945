"""The session on disk: SQLite in write-ahead mode, synchronous FULL. What was committed survives kill -9.

One process writes, the sink; others may read meanwhile. While the disk is full, what is added waits in memory until
there is room again; beyond a limit the oldest is given up and counted.
"""

import contextlib
import json
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import asdict

from stream.errors import OutputError
from stream.machine.files import file_size_limited, keep_private
from stream.protocol import measures
from stream.protocol.frames import Drop
from stream.protocol.readings import DensityReading, ObjectOutline, RegionOutline

_MOST_WAITING: Final = 20_000
"""Statements that wait for room on the disk: ten minutes of a live session, some 20 MB."""
_NO_ROOM: Final = (
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_SHMSIZE),
)

_NOT_OPENED: Final = (
    *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH),
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM),
)
"""Errors for which a file cannot be opened, although it may be sound."""

FILE_NAME: Final = "session.sqlite"
RECORDING: Final = "recording.json"
"""The file beside it that describes the recording of its pictures, with the hash of each other file once that ended."""
FILES: Final = (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm")
SCHEMA_VERSION: Final = 1

_SCHEMA: Final = """
CREATE TABLE session (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE readings (
    seq INTEGER PRIMARY KEY, frame TEXT NOT NULL, time_s REAL NOT NULL, t_capture_ns INTEGER NOT NULL,
    t_published_ns INTEGER NOT NULL, late INTEGER NOT NULL, status TEXT NOT NULL, error TEXT NOT NULL,
    density_pct REAL, density_low_pct REAL, density_high_pct REAL, capillary_count INTEGER,
    quality TEXT, quality_reasons TEXT NOT NULL, measures TEXT NOT NULL, model_id TEXT NOT NULL,
    latency_ms REAL NOT NULL, worker INTEGER NOT NULL, attempt INTEGER NOT NULL, drops_total INTEGER NOT NULL,
    truth_density_pct REAL, regions BLOB, objects BLOB, device_frame INTEGER, device_ns INTEGER,
    lost_before INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE drops (seq INTEGER PRIMARY KEY, cause TEXT NOT NULL);
"""
_REGIONS: Final = msgspec.msgpack.Decoder(tuple[RegionOutline, ...])
_OBJECTS: Final = msgspec.msgpack.Decoder(tuple[ObjectOutline, ...])
_SET_FACT: Final = "INSERT OR REPLACE INTO session VALUES (?, ?)"
_BOOKS: Final = "books"
"""Counts, and the seq below which none is missing: with them a new sink is ready at once, however much is stored."""
COLUMNS: Final = (
    *("seq", "frame", "time_s", "t_capture_ns", "t_published_ns", "late", "status", "error"),
    *(*measures.DENSITY.keys, *measures.CAPILLARY_COUNT.keys),
    *("quality", "quality_reasons", "measures", "model_id", "latency_ms", "worker", "attempt", "drops_total"),
    *("truth_density_pct", "regions", "objects", "device_frame", "device_ns", "lost_before"),
)
LATER_COLUMNS: Final = {
    "objects": "BLOB",
    "device_frame": "INTEGER",
    "device_ns": "INTEGER",
    "lost_before": "INTEGER NOT NULL DEFAULT 0",
}
"""Those that sessions begun by an earlier version of the program lack, with their types."""
_INSERT: Final = f"INSERT INTO readings ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"

_Fact = str | int | float | bool | None
_AtLeast0 = Annotated[int, Meta(ge=0)]


class _Counts(Struct, frozen=True, forbid_unknown_fields=True):
    published: _AtLeast0
    failed: _AtLeast0
    late: _AtLeast0
    dropped: _AtLeast0
    device_lost: _AtLeast0 = 0


class _Books(Struct, frozen=True):
    counts: _Counts | None = None
    accounted: _AtLeast0 = 0


class DamagedError(OutputError):
    """A file is a damaged session, or no session at all."""


class Store:
    """One session file. Nothing is on disk before `commit`.

    full: the disk had no room at the last try. given_up: statements that waited for room and were given up.
    accounted: the writer sets it to the seq below which none is missing; it is kept with every commit.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it. Raises OutputError if it is of another version, damaged, or not writable."""
        self.path = path
        for suffix in ("", "-wal", "-shm"):
            keep_private(path.with_name(f"{path.name}{suffix}"))
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
        except sqlite3.Error as error:
            raise _refused(path, error) from error
        try:
            self._db.execute("PRAGMA journal_mode=WAL")  # the page reads while the sink writes
            self._db.execute("PRAGMA synchronous=FULL")  # a commit survives a power cut, not only a killed process
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self._db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT")
            elif version != SCHEMA_VERSION:
                raise OutputError(f"{path} is a session of version {version}, this program writes {SCHEMA_VERSION}")
            self._add_later_columns()
            self._facts = dict(self._db.execute("SELECT key, value FROM session"))
            known = _read(self._facts.get(_BOOKS, "{}"), _Books, path)
            self._counts: dict[str, int] = self._counted() if known.counts is None else asdict(known.counts)
        except OutputError:
            self._db.close()
            raise
        except sqlite3.Error as error:
            self._db.close()
            raise _refused(path, error) from error
        self._dirty = False
        self.full = False
        self.given_up = 0
        self._waiting: deque[tuple[str, tuple[object, ...]]] = deque()  # what the next commit holds
        self.accounted: int = known.accounted

    def _add_later_columns(self) -> None:
        present = {name for (name,) in self._db.execute("SELECT name FROM pragma_table_info('readings')")}
        for name, kind in LATER_COLUMNS.items():
            if name not in present:
                self._db.execute(f"ALTER TABLE readings ADD COLUMN {name} {kind}")

    def add(self, reading: DensityReading, *, late: bool = False) -> None:
        """Add a reading; once per seq."""
        self._counts["late" if late else "published" if reading.status == "ok" else "failed"] += 1
        self._counts["device_lost"] += reading.lost_before
        self.write(_INSERT, _row(reading, late))

    def add_drop(self, drop: Drop) -> None:
        """Add a frame that has no reading; a second time nothing happens."""
        if self._db.execute("SELECT 1 FROM drops WHERE seq = ?", (drop.seq,)).fetchone():
            return
        self._counts["dropped"] += 1
        self._counts["device_lost"] += drop.lost_before
        self.write("INSERT OR IGNORE INTO drops VALUES (?, ?)", (drop.seq, drop.cause))

    def set_facts(self, **values: str | int | float | None) -> None:
        """Set facts about the session, such as source and model."""
        for key, value in values.items():
            self._facts[key] = json.dumps(value)
            self.write(_SET_FACT, (key, self._facts[key]))

    def commit(self) -> bool:
        """Put on disk what was added. Return False if there was nothing, or no room: then call it again later."""
        if not self._waiting:
            return False
        try:
            if self.full:  # all of it was rolled back
                for statement in self._waiting:
                    self._execute(*statement)
            # In the same transaction as the readings: a new sink trusts them without counting rows.
            books = json.dumps({"counts": self._counts, "accounted": self.accounted})
            if books != self._facts.get(_BOOKS):
                self._execute(_SET_FACT, (_BOOKS, books))
            self._db.execute("COMMIT")
            self._facts[_BOOKS] = books
        except sqlite3.OperationalError as error:
            self._roll_back(error)
            return False
        self._dirty = self.full = False
        self._waiting.clear()
        return True

    def _execute(self, statement: str, values: tuple[object, ...]) -> None:
        if not self._dirty:
            self._db.execute("BEGIN")
            self._dirty = True
        self._db.execute(statement, values)

    def _roll_back(self, error: sqlite3.OperationalError) -> None:
        """Undo the transaction if the disk is full: it is executed again when there is room. Raise any other error."""
        if error.sqlite_errorcode not in _NO_ROOM:
            raise error
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._dirty, self.full = False, True

    @property
    def waiting(self) -> int:
        """Return the number of statements that are not on disk."""
        return len(self._waiting)

    def seqs(self, first: int = 0) -> set[int]:
        """Return every seq from `first` on that has a reading or was dropped."""
        union = "SELECT seq FROM readings WHERE seq >= :first UNION SELECT seq FROM drops WHERE seq >= :first"
        return {row[0] for row in self._db.execute(union, {"first": first})}

    def next_seq(self) -> int:
        """Return the seq after the newest published reading."""
        newest = self._db.execute("SELECT seq FROM readings WHERE NOT late ORDER BY seq DESC LIMIT 1").fetchone()
        return 0 if newest is None else int(newest[0]) + 1

    def counts(self) -> dict[str, int]:
        """Return published, failed, late and dropped, together every seq, and what the source lost; at once."""
        return dict(self._counts)

    def _counted(self) -> dict[str, int]:
        return counted_by(lambda statement: self._db.execute(statement).fetchall())

    def facts(self) -> dict[str, str | int | float | None]:
        """Return the facts of the session. Raises DamagedError if one cannot be read."""
        return {key: _read(value, _Fact, self.path) for key, value in self._facts.items() if key != _BOOKS}

    def sound(self) -> bool:
        """Read the whole file; return whether it is undamaged and no seq is missing below `accounted`."""
        if self.read("PRAGMA quick_check(1)") != [("ok",)]:
            return False
        return sum(seq < self.accounted for seq in self.seqs()) == self.accounted

    def without_outlines(self) -> int:
        """Return how many frames were analysed and have no outlines, because outlines were not kept."""
        return int(self.read("SELECT COUNT(*) FROM readings WHERE status = 'ok' AND regions IS NULL")[0][0])

    def rows(self, *columns: str, late: bool = False) -> Iterator[tuple[object, ...]]:
        """Yield the named columns of all readings, in order of seq; late ones only if asked for."""
        where = "" if late else " WHERE NOT late"
        yield from self._db.execute(f"SELECT {', '.join(map(column, columns))} FROM readings{where} ORDER BY seq")

    def write(self, statement: str, values: Iterable[object] = ()) -> None:
        """Execute a statement, such as one about a further table of the session, as part of the next commit."""
        given = tuple(values)
        self._waiting.append((statement, given))
        if self.full:
            if len(self._waiting) > _MOST_WAITING:  # memory is bounded, and the newest values count most
                self._waiting.popleft()
                self.given_up += 1
            return
        try:
            self._execute(statement, given)
        except sqlite3.OperationalError as error:
            self._roll_back(error)

    def read(self, statement: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self._db.execute(statement, tuple(values)).fetchall()

    def close(self) -> None:
        """Commit and close. The write-ahead file goes when the last reader closes."""
        self.commit()
        self._db.close()


def regions_in(blob: bytes) -> tuple[RegionOutline, ...]:
    """Return the outlines of a frame's capillaries as they were added. Raises msgspec.MsgspecError."""
    return _REGIONS.decode(blob)


def objects_in(blob: bytes) -> tuple[ObjectOutline, ...]:
    """Return the outlines of what is not tissue as they were added. Raises msgspec.MsgspecError."""
    return _OBJECTS.decode(blob)


def column(name: str) -> str:
    """Return the SQL for a column of readings, or for a further measure, which lies in `measures`.

    Raises ValueError if there is no such column and no such measure.
    """
    if name in COLUMNS:
        return name
    if name in (key for measure in measures.further() for key in measure.keys):
        return f"json_extract(measures, '$.{name}')"
    raise ValueError(f"a session has no column {name}")


def merge_write_ahead_file(path: Path) -> None:
    """Move all of a session into its one file, if no other process has it open and it can be written."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def counted_by(read: Callable[[str], list[tuple[Any, ...]]]) -> dict[str, int]:
    """Return published, failed, late and dropped of a session; `read` returns all rows of a query."""
    late, failed, total = read(
        "SELECT COALESCE(SUM(late), 0), COALESCE(SUM(status = 'failed' AND NOT late), 0), COUNT(*) FROM readings"
    )[0]
    dropped = read("SELECT COUNT(*) FROM drops")[0][0]
    return {"published": total - late - failed, "failed": failed, "late": late, "dropped": dropped, "device_lost": 0}


def _refused(path: Path, error: sqlite3.Error) -> OutputError:
    """Return the error to raise if a file cannot be opened. An error that is not SQLite's own has no code."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF  # its extended ones begin with a plain one
    kind = OutputError if code in _NOT_OPENED else DamagedError
    limited = code == sqlite3.SQLITE_IOERR and file_size_limited()
    hint = "; this shell allows no file above a size (`ulimit -f`): raise that limit" if limited else ""
    return kind(f"the session file {path} cannot be opened: {error}{hint}")


def _read(text: object, kind: Any, path: Path) -> Any:
    """Return a fact from its JSON. Raises DamagedError."""
    try:
        return msgspec.json.decode(text if isinstance(text, str) else "", type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise DamagedError(f"the session file {path} cannot be read: {error}") from error


def _row(reading: DensityReading, late: bool) -> list[object]:
    values: dict[str, object] = {name: getattr(reading, name, None) for name in COLUMNS}
    values["late"] = int(late)
    values["quality_reasons"] = "; ".join(reading.quality_reasons)
    values["measures"] = json.dumps(dict(sorted(reading.measures.items())))
    for name in ("regions", "objects"):
        values[name] = None if values[name] is None else msgspec.msgpack.encode(values[name])
    return [values[name] for name in COLUMNS]
