"""The messages of one session that wait for one outlet: the session's file, and how far the outlet is in it."""

from pathlib import Path
from typing import Final

from stream.session.archive import Archive
from stream.session.deliveries.outgoing import Kept, newest_outgoing, outgoing
from stream.session.deliveries.progress import DeliveryPosition, Progress
from stream.session.store import FILE_NAME

_AT_ONCE: Final = 100


class SessionQueue:
    """A queue on disk, used by one thread. It is written by the sink, which commits each message with what it tells."""

    def __init__(self, folder: Path, outlet: str, most_waiting: int, subject: str = "") -> None:
        """Open the queue. most_waiting: beyond so many, the oldest are given up. subject: as Progress has it.

        Raises OutputError.
        """
        self._archive, self._most = Archive(folder / FILE_NAME), most_waiting
        self._progress = Progress(folder, outlet, subject)
        self._newest = 0

    @property
    def of_its_subject(self) -> bool:
        """Return whether the outlet names the person that the session was begun with."""
        return self._progress.of_its_subject

    @property
    def given_up(self) -> int:
        """Return how many messages of the session will never be delivered."""
        return self._progress.position.given_up

    @property
    def waiting(self) -> int:
        """Return how many messages wait, as of the last look."""
        return max(0, self._newest - self.settled)

    @property
    def settled(self) -> int:
        """Return the number of the newest message that does not wait any more."""
        return self._progress.position.n

    def look(self) -> list[tuple[int, Kept | None]]:
        """Return the next messages with their numbers, oldest first; None: it is damaged. Raises OutputError."""
        self._newest = newest_outgoing(self._archive)
        too_many = self.waiting - self._most
        if too_many > 0:
            self._move(self.settled + too_many, given_up=too_many)
        return outgoing(self._archive, self.settled, _AT_ONCE) if self.waiting else []

    def settle(self, n: int, *, given_up: bool = False) -> None:
        """Note that the message of this number, the oldest that waits, was delivered or given up."""
        self._move(n, given_up=int(given_up))

    def close(self) -> None:
        """Close the files."""
        self._progress.close()
        self._archive.close()

    def _move(self, n: int, *, given_up: int) -> None:
        self._progress.set(DeliveryPosition(n, self.given_up + given_up))
