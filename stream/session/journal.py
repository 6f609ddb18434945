"""Markers and alarm events of a session, in the session's own file. Knows no socket and no clock."""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

import msgspec
from msgspec.structs import asdict

from stream.protocol.bedside import AlarmEvent, Marker

_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS markers (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL, seq INTEGER, t_ns INTEGER NOT NULL,
        until_seq INTEGER, until_ns INTEGER, measuring INTEGER NOT NULL, change TEXT NOT NULL,
        t_changed_ns INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS alarm_events (
        n INTEGER PRIMARY KEY, event TEXT NOT NULL, t_ns INTEGER NOT NULL, seq INTEGER, id INTEGER, kind TEXT,
        priority TEXT, state TEXT, suspended INTEGER NOT NULL, cause TEXT NOT NULL, since_ns INTEGER, value REAL,
        "limit" REAL, paused_until_ns INTEGER, limits TEXT NOT NULL)""",
)
_MARKER: Final = (
    *("id", "kind", "text", "seq", "t_ns", "until_seq", "until_ns", "measuring", "change", "t_changed_ns"),
)
_EVENT: Final = (
    *("event", "t_ns", "seq", "id", "kind", "priority", "state", "suspended", "cause", "since_ns"),
    *("value", "limit", "paused_until_ns", "limits"),
)


class Readable(Protocol):
    """A session's file, as readers use it."""

    def read(self, statement: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""


class Tables(Readable, Protocol):
    """A session's file, as its writer uses it."""

    def write(self, statement: str, values: Iterable[object] = ()) -> None:
        """Execute a statement within the transaction that the next commit ends."""


class Journal:
    """The tables `markers` and `alarm_events`, and facts that people have set."""

    def __init__(
        self,
        tables: Tables,
        session: str,
        source: str = "",
        also: Callable[[Marker | AlarmEvent], None] = lambda _: None,
    ) -> None:
        """Make the tables if an older session has none.

        source: name that markers and events carry. also: takes each that is written, within the same commit.
        """
        self._tables, self._session, self.source, self._also = tables, session, source, also
        for table in _TABLES:
            tables.write(table)

    def keep_marker(self, marker: Marker) -> None:
        """Write a marker, new or changed. A removed one stays, as removed: no number is used twice."""
        self._insert("markers", _MARKER, asdict(marker), "OR REPLACE ")
        self._also(marker)

    def add_event(self, event: AlarmEvent) -> None:
        """Add something that happened to an alarm."""
        self._insert("alarm_events", _EVENT, asdict(event) | {"limits": json.dumps(event.limits)})
        self._also(event)

    def markers(self, *, removed: bool = False) -> list[Marker]:
        """Return the markers, in order of time; removed ones only if asked for."""
        return markers_of(self._tables, self._session, self.source, removed=removed)

    def events(self) -> list[AlarmEvent]:
        """Return all that happened to alarms, oldest first."""
        return events_of(self._tables, self._session, self.source)

    def set_fact(self, key: str, value: bool) -> None:
        """Set a fact about the session."""
        self._tables.write("INSERT OR REPLACE INTO session VALUES (?, ?)", (key, json.dumps(value)))

    def _insert(self, table: str, columns: tuple[str, ...], fields: dict[str, object], verb: str = "") -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        places = ", ".join("?" * len(columns))
        self._tables.write(f"INSERT {verb}INTO {table} ({names}) VALUES ({places})", [fields[name] for name in columns])


def markers_of(tables: Readable, session: str, source: str, *, removed: bool = False) -> list[Marker]:
    """Return the markers of a session, in order of time; none if it has no such table.

    Raises msgspec.MsgspecError if one is damaged.
    """
    where = "" if removed else "WHERE change != 'removed'"
    rows = _rows(tables, "markers", f"SELECT {', '.join(_MARKER)} FROM markers {where} ORDER BY t_ns, id")
    about = {"session": session, "source": source}
    return [
        msgspec.convert(about | _booleans(dict(zip(_MARKER, row, strict=True)), "measuring"), Marker) for row in rows
    ]


def events_of(tables: Readable, session: str, source: str) -> list[AlarmEvent]:
    """Return all that happened to the alarms of a session, oldest first; none if it has no such table.

    Raises msgspec.MsgspecError if one is damaged.
    """
    about = {"session": session, "source": source}
    names = ", ".join(f'"{name}"' for name in _EVENT)
    events = []
    for row in _rows(tables, "alarm_events", f"SELECT {names} FROM alarm_events ORDER BY n"):
        fields = _booleans(dict(zip(_EVENT, row, strict=True)), "suspended")
        events.append(msgspec.convert(about | fields | {"limits": msgspec.json.decode(fields["limits"])}, AlarmEvent))
    return events


def _rows(tables: Readable, table: str, statement: str) -> list[tuple[Any, ...]]:
    known = tables.read("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))
    return tables.read(statement) if known else []


def _booleans(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return fields | {name: bool(fields[name]) for name in names}
