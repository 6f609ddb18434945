"""The session on disk: SQLite in write-ahead mode, synchronous FULL. What was committed survives kill -9.

One writer, the sink; the view and the exports read along. On a full disk what is added waits in memory until there is
room again; beyond a limit the oldest is given up and counted.
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
from stream.protocol import measures
from stream.protocol.frames import Drop
from stream.protocol.readings import DensityReading

_MOST_WAITING: Final = 20_000
"""Statements that wait for room on the disk: ten minutes of a live session, some 20 MB."""
_NO_ROOM: Final = (
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_SHMSIZE),
)

_NOT_TO_BE_HAD: Final = (
    *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH),
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM),
)
"""Why a file that may be sound cannot be opened."""

FILE_NAME: Final = "session.sqlite"
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
    truth_density_pct REAL, regions BLOB
);
CREATE TABLE drops (seq INTEGER PRIMARY KEY, cause TEXT NOT NULL);
"""
_NOTE: Final = "INSERT OR REPLACE INTO session VALUES (?, ?)"
_BOOKS: Final = "books"
"""Counts, and the seq below which nothing is missing: a sink that died is back at once after any number of frames."""
COLUMNS: Final = (
    *("seq", "frame", "time_s", "t_capture_ns", "t_published_ns", "late", "status", "error"),
    *(*measures.DENSITY.keys, *measures.CAPILLARY_COUNT.keys),
    *("quality", "quality_reasons", "measures", "model_id", "latency_ms", "worker", "attempt", "drops_total"),
    *("truth_density_pct", "regions"),
)
_INSERT: Final = f"INSERT INTO readings ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"

_Fact = str | int | float | bool | None
_Count = Annotated[int, Meta(ge=0)]


class _Counts(Struct, frozen=True, forbid_unknown_fields=True):
    published: _Count
    failed: _Count
    late: _Count
    dropped: _Count


class _Books(Struct, frozen=True):
    counts: _Counts | None = None
    accounted: _Count = 0


class DamagedError(OutputError):
    """A session file that is torn, or none."""


class Store:
    """One session file. Nothing is on disk before `commit`.

    full: the disk has no room; `commit` tries again. given_up: readings and drops that it never took.
    accounted: what its writer knows to be accounted for without holes; kept with every commit.
    """

    def __init__(self, path: Path) -> None:
        """Open or make. Raises OutputError where the file is of another version, damaged, or not writable."""
        self.path = path
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
        except sqlite3.Error as error:
            raise _refused(path, error) from error
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self._db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT")
            elif version != SCHEMA_VERSION:
                raise OutputError(f"{path} is a session of version {version}, this program writes {SCHEMA_VERSION}")
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

    def add(self, reading: DensityReading, *, late: bool = False) -> None:
        """A reading, once a seq."""
        self._counts["late" if late else "published" if reading.status == "ok" else "failed"] += 1
        self.write(_INSERT, _row(reading, late))

    def drop(self, drop: Drop) -> None:
        """A frame without a reading."""
        if self._db.execute("SELECT 1 FROM drops WHERE seq = ?", (drop.seq,)).fetchone():
            return
        self._counts["dropped"] += 1
        self.write("INSERT OR IGNORE INTO drops VALUES (?, ?)", (drop.seq, drop.cause))

    def note(self, **values: str | int | float | None) -> None:
        """Facts about the session: source, model, versions."""
        for key, value in values.items():
            self._facts[key] = json.dumps(value)
            self.write(_NOTE, (key, self._facts[key]))

    def commit(self) -> bool:
        """Put on disk what was added. False where there was nothing, or no room for it: then call it again later."""
        if not self._waiting:
            return False
        try:
            if self.full:
                for statement in self._waiting:
                    self._execute(*statement)
            books = json.dumps({"counts": self._counts, "accounted": self.accounted})
            if books != self._facts.get(_BOOKS):
                self._execute(_NOTE, (_BOOKS, books))
            self._db.execute("COMMIT")
            self._facts[_BOOKS] = books
        except sqlite3.OperationalError as error:
            self._make_out(error)
            return False
        self._dirty = self.full = False
        self._waiting.clear()
        return True

    def _execute(self, statement: str, values: tuple[object, ...]) -> None:
        if not self._dirty:
            self._db.execute("BEGIN")
            self._dirty = True
        self._db.execute(statement, values)

    def _make_out(self, error: sqlite3.OperationalError) -> None:
        """A full disk is waited for; anything else is raised."""
        if error.sqlite_errorcode not in _NO_ROOM:
            raise error
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._dirty, self.full = False, True

    @property
    def waiting(self) -> int:
        """Statements that are not on disk."""
        return len(self._waiting)

    def seqs(self, first: int = 0) -> set[int]:
        """Every seq from `first` on that is accounted for."""
        union = "SELECT seq FROM readings WHERE seq >= :first UNION SELECT seq FROM drops WHERE seq >= :first"
        return {row[0] for row in self._db.execute(union, {"first": first})}

    def next_seq(self) -> int:
        """Above the newest reading that was published."""
        newest = self._db.execute("SELECT seq FROM readings WHERE NOT late ORDER BY seq DESC LIMIT 1").fetchone()
        return 0 if newest is None else int(newest[0]) + 1

    def counts(self) -> dict[str, int]:
        """published, failed, late, dropped: together every seq accounted for. Free, however long the session is."""
        return dict(self._counts)

    def _counted(self) -> dict[str, int]:
        return counted_by(lambda statement: self._db.execute(statement).fetchall())

    def facts(self) -> dict[str, str | int | float | None]:
        """What was noted about the session. Raises DamagedError."""
        return {key: _read(value, _Fact, self.path) for key, value in self._facts.items() if key != _BOOKS}

    def sound(self) -> bool:
        """True where the file holds together and no seq is missing below `accounted`. Reads it whole."""
        if self.read("PRAGMA quick_check(1)") != [("ok",)]:
            return False
        return sum(seq < self.accounted for seq in self.seqs()) == self.accounted

    def bare(self) -> int:
        """How many frames were analysed and have no outlines: they were not kept."""
        return int(self.read("SELECT COUNT(*) FROM readings WHERE status = 'ok' AND regions IS NULL")[0][0])

    def rows(self, *columns: str, late: bool = False) -> Iterator[tuple[object, ...]]:
        """The named columns of all readings, in order of seq; late ones only where asked for."""
        where = "" if late else " WHERE NOT late"
        yield from self._db.execute(f"SELECT {', '.join(map(column, columns))} FROM readings{where} ORDER BY seq")

    def write(self, statement: str, values: Iterable[object] = ()) -> None:
        """A statement, such as of those who keep tables of their own in the session: part of the next commit."""
        given = tuple(values)
        self._waiting.append((statement, given))
        if self.full:
            if len(self._waiting) > _MOST_WAITING:
                self._waiting.popleft()
                self.given_up += 1
            return
        try:
            self._execute(statement, given)
        except sqlite3.OperationalError as error:
            self._make_out(error)

    def read(self, statement: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self._db.execute(statement, tuple(values)).fetchall()

    def close(self) -> None:
        """Commit and close; the write-ahead file goes with the last reader."""
        self.commit()
        self._db.close()


def column(name: str) -> str:
    """Return the SQL for a column of readings, or for a further measure, which lies in `measures`.

    Raises ValueError if there is no such column and no such measure.
    """
    if name in COLUMNS:
        return name
    if name in (key for measure in measures.further() for key in measure.keys):
        return f"json_extract(measures, '$.{name}')"
    raise ValueError(f"a session has no column {name}")


def settle(path: Path) -> None:
    """All of a session in its one file, as far as others have it not open and it can be written."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def counted_by(read: Callable[[str], list[tuple[Any, ...]]]) -> dict[str, int]:
    """published, failed, late, dropped in a session; `read` gives all rows of a query."""
    late, failed, total = read(
        "SELECT COALESCE(SUM(late), 0), COALESCE(SUM(status = 'failed' AND NOT late), 0), COUNT(*) FROM readings"
    )[0]
    dropped = read("SELECT COUNT(*) FROM drops")[0][0]
    return {"published": total - late - failed, "failed": failed, "late": late, "dropped": dropped}


def _refused(path: Path, error: sqlite3.Error) -> OutputError:
    """An error that did not come from SQLite itself has no code."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF  # its extended ones begin with a plain one
    kind = OutputError if code in _NOT_TO_BE_HAD else DamagedError
    return kind(f"the session file {path} cannot be opened: {error}")


def _read(text: object, kind: Any, path: Path) -> Any:
    """JSON as it was noted. Raises DamagedError."""
    try:
        return msgspec.json.decode(text if isinstance(text, str) else "", type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise DamagedError(f"the session file {path} cannot be read: {error}") from error


def _row(reading: DensityReading, late: bool) -> list[object]:
    values: dict[str, object] = {name: getattr(reading, name, None) for name in COLUMNS}
    values["late"] = int(late)
    values["quality_reasons"] = "; ".join(reading.quality_reasons)
    values["measures"] = json.dumps(dict(sorted(reading.measures.items())))
    values["regions"] = None if reading.regions is None else msgspec.msgpack.encode(reading.regions)
    return [values[name] for name in COLUMNS]
