"""How far each outlet of a session is: a small file beside the session's, which is never changed after its end."""

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stream.errors import OutputError
from stream.machine.files import keep_private
from stream.session.deliveries.subject import correct_subject, is_subject

FILE_NAME: Final = "deliveries.sqlite"
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS deliveries (outlet TEXT PRIMARY KEY, n INTEGER NOT NULL, given_up INTEGER NOT NULL)"
)
_BEGIN: Final = "INSERT OR IGNORE INTO deliveries VALUES (?, 0, 0)"
_SET: Final = "INSERT OR REPLACE INTO deliveries VALUES (?, ?, ?)"
_PATIENCE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class DeliveryPosition:
    """n: number of the newest message that is settled. given_up: how many of them were not delivered."""

    n: int = 0
    given_up: int = 0


class Progress:
    """The position of one outlet in one session, on disk. What was set survives kill -9."""

    def __init__(self, folder: Path, outlet: str, subject: str = "") -> None:
        """Open the file, or make it. subject: whom the outlet's messages name now. Raises OutputError."""
        path, self._outlet = folder / FILE_NAME, outlet
        keep_private(path)
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE_S)
            self._db.execute("PRAGMA journal_mode=WAL")  # each outlet writes its row, and the others do not wait long
            self._db.execute("PRAGMA synchronous=NORMAL")  # after a power cut a message may be sent a second time
            self._db.execute(_TABLE)
            self._db.execute(_BEGIN, (outlet,))  # a session is known to have this outlet, even if nothing ever arrives
            self.of_its_subject = is_subject(self._db, outlet, subject)
            found = self._db.execute("SELECT n, given_up FROM deliveries WHERE outlet = ?", (outlet,)).fetchone()
        except sqlite3.Error as error:
            raise OutputError(f"{path} cannot be opened: {error}") from error
        self.position = DeliveryPosition(*found)

    def set(self, position: DeliveryPosition) -> None:
        """Write where the outlet is. While the disk is full, it is only known here."""
        self.position = position
        with contextlib.suppress(sqlite3.OperationalError):
            self._db.execute(_SET, (self._outlet, position.n, position.given_up))

    def correct(self, subject: str) -> None:
        """Note that its messages are about another person than the configuration of the run said."""
        correct_subject(self._db, self._outlet, subject)
        self.of_its_subject = True

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def positions(folder: Path) -> dict[str, DeliveryPosition]:
    """Return how far each outlet of a session is; nothing if it never had one. Raises OutputError."""
    path = folder / FILE_NAME
    if not path.is_file():
        return {}
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=_PATIENCE_S)) as database:
            rows = database.execute("SELECT outlet, n, given_up FROM deliveries").fetchall()
    except sqlite3.Error as error:
        raise OutputError(f"{path} cannot be read: {error}") from error
    return {outlet: DeliveryPosition(n, given_up) for outlet, n, given_up in rows}
