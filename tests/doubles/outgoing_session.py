"""A session that has messages for outlets, without the processes that would write it."""

from pathlib import Path

from stream.session.deliveries.outgoing import Kept, Outgoing
from stream.session.store import FILE_NAME, Store


class OutgoingSession:
    """The file of a session; each message is on disk when `add` returns."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self._store = Store(folder / FILE_NAME)
        self._outgoing = Outgoing(self._store)
        self._store.commit()

    def add(self, *messages: Kept) -> None:
        for message in messages:
            self._outgoing.add(message)
        self._store.commit()

    def forget(self, settled: int) -> None:
        self._outgoing.forget(settled)
        self._store.commit()

    def close(self) -> None:
        self._store.close()
