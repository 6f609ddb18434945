"""Signals of other devices in a session's file: which there are, and their samples."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from stream.protocol.outlets import SignalChannel, SignalFound, SignalSamples
from stream.session.journal import Readable, Tables

_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS signals (
        name TEXT PRIMARY KEY, content TEXT NOT NULL, nominal_per_s REAL NOT NULL, channels TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS signal_samples (
        name TEXT NOT NULL, t_ns INTEGER NOT NULL, "values" TEXT NOT NULL, PRIMARY KEY (name, t_ns)) WITHOUT ROWID""",
)


class Signals:
    """The tables `signals` and `signal_samples`, as their writer uses them; a session without signals has neither."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._made = False

    def take(self, message: SignalFound | SignalSamples) -> None:
        """Write within the next commit what a message says."""
        if not self._made:
            self._made = True
            for table in _TABLES:
                self._tables.write(table)
        if isinstance(message, SignalFound):
            channels = json.dumps([[channel.label, channel.unit] for channel in message.channels])
            row = (message.name, message.content, message.nominal_per_s, channels)
            self._tables.write("INSERT OR REPLACE INTO signals VALUES (?, ?, ?, ?)", row)
            return
        for sample in message.samples:
            values = (message.name, sample.t_ns, json.dumps(sample.values))
            self._tables.write("INSERT OR REPLACE INTO signal_samples VALUES (?, ?, ?)", values)


@dataclass(frozen=True, slots=True)
class StoredSignal:
    """A signal that a session has."""

    name: str
    content: str
    nominal_per_s: float
    channels: tuple[SignalChannel, ...]


def signals_of(session: Readable) -> list[StoredSignal]:
    """Return the signals of a session, by name. Raises what `session.read` raises, MsgspecError if one is damaged."""
    if not session.read("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'signal_samples'"):
        return []
    rows = session.read("SELECT name, content, nominal_per_s, channels FROM signals ORDER BY name")
    return [
        StoredSignal(str(name), str(content), float(per_s), _channels(channels))
        for name, content, per_s, channels in rows
    ]


def samples_of(session: Readable, name: str) -> Iterator[tuple[int, tuple[str | float | None, ...]]]:
    """Yield time (ns since 1970 UTC) and values of each sample of a signal, in order of time.

    A number that is missing is None. Raises what `session.read` raises, and MsgspecError if one is damaged.
    """
    after, statement = (
        -1,
        'SELECT t_ns, "values" FROM signal_samples WHERE name = ? AND t_ns > ? ORDER BY t_ns LIMIT 5000',
    )
    while rows := session.read(statement, (name, after)):
        for t_ns, values in rows:
            yield int(t_ns), _values(values)
        after = int(rows[-1][0])


def _values(text: str) -> tuple[str | float | None, ...]:
    values: tuple[str | float | None, ...] = msgspec.json.decode(text, type=tuple[str | float | None, ...])
    return values


def _channels(text: str) -> tuple[SignalChannel, ...]:
    return tuple(SignalChannel(*pair) for pair in msgspec.json.decode(text, type=list[tuple[str, str]]))


def thinned(
    session: Readable, name: str, from_ns: int, to_ns: int, at_most: int
) -> list[tuple[int, tuple[str | float | None, ...]]]:
    """Return the samples of a stretch, both ends included; of more than `at_most` the first of each even part.

    Raises what `session.read` raises, and MsgspecError if one is damaged.
    """
    inside = "FROM signal_samples WHERE name = ? AND t_ns BETWEEN ? AND ?"
    [(first, last, count)] = session.read(f"SELECT MIN(t_ns), MAX(t_ns), COUNT(*) {inside}", (name, from_ns, to_ns))
    if not count:
        return []
    part_ns = 1 if count <= at_most else -(-(int(last) - int(first) + 1) // at_most)
    # Of a group SQLite gives the row that has the smallest time.
    statement = f'SELECT MIN(t_ns), "values" {inside} GROUP BY (t_ns - ?) / ? ORDER BY 1'
    rows = session.read(statement, (name, from_ns, to_ns, int(first), part_ns))
    return [(int(t_ns), _values(values)) for t_ns, values in rows]
