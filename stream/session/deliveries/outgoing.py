"""The messages of a session that leave the program, kept in its file until every outlet has delivered them.

They are written in the transaction of what they tell, so none is lost, and none leaves that is not on disk (the pattern
called transactional outbox). A number is never used twice.
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from stream.protocol.bedside import AlarmEvent, Marker
from stream.protocol.readings import DensityReading
from stream.session.journal import Readable, Tables

Kept = DensityReading | AlarmEvent | Marker
"""The messages that are kept until they are delivered. A status is not: the next one replaces it."""

_TABLE: Final = "CREATE TABLE IF NOT EXISTS outgoing (n INTEGER PRIMARY KEY AUTOINCREMENT, message BLOB NOT NULL)"
_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Kept)


class Outgoing:
    """The table `outgoing`, as its writer uses it."""

    def __init__(self, tables: Tables) -> None:
        """Make the table if the session has none."""
        self._tables = tables
        self._settled = 0
        tables.write(_TABLE)

    def add(self, message: Kept) -> None:
        """Keep a message within the next commit. Outlines and pictures are for the page, and are left out."""
        if isinstance(message, DensityReading):
            message = replace(message, regions=None, objects=None, picture=None)
        self._tables.write("INSERT INTO outgoing (message) VALUES (?)", (_encoder.encode(message),))

    def forget(self, settled: int | None) -> None:
        """Remove the messages up to this number, or all if it is None: no outlet waits for them."""
        if settled is None:
            self._tables.write("DELETE FROM outgoing")
        elif settled > self._settled:
            self._settled = settled
            self._tables.write("DELETE FROM outgoing WHERE n <= ?", (settled,))


def outgoing(session: Readable, after: int, at_most: int) -> list[tuple[int, Kept | None]]:
    """Return the messages that follow a number, with theirs, in order; none if the session keeps none.

    None stands for a damaged message. Raises what `session.read` raises.
    """
    rows = _rows(session, "SELECT n, message FROM outgoing WHERE n > ? ORDER BY n LIMIT ?", (after, at_most))
    return [(int(n), _message_of(encoded)) for n, encoded in rows]


def newest_outgoing(session: Readable) -> int:
    """Return the number of the newest message of the session, delivered or not; 0 if it never had one."""
    rows = _rows(session, "SELECT seq FROM sqlite_sequence WHERE name = 'outgoing'", ())
    return int(rows[0][0]) if rows else 0


def _message_of(encoded: object) -> Kept | None:
    try:
        return _decoder.decode(encoded) if isinstance(encoded, bytes) else None
    except msgspec.MsgspecError:
        return None


def _rows(session: Readable, statement: str, values: Iterable[object]) -> list[tuple[Any, ...]]:
    known = session.read("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'outgoing'")
    return session.read(statement, values) if known else []
