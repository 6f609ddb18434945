"""A session that has messages for outlets, without the processes that would write it."""

import contextlib
from pathlib import Path

from stream.session.archive import Archive
from stream.session.deliveries.outgoing import Kept, Outgoing, outgoing
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

    def forget(self, settled: int | None) -> None:
        self._outgoing.forget(settled)
        self._store.commit()

    def kept(self) -> list[Kept | None]:
        with contextlib.closing(Archive(self.folder / FILE_NAME)) as archive:
            return [message for _, message in outgoing(archive, 0, 1000)]

    def close(self) -> None:
        self._store.close()
