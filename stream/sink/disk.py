"""The session's disk, which may be full: commits are tried again at intervals, and the free space is known."""

import shutil
import time
from pathlib import Path
from typing import Final

from stream.session.store import Store

_RETRY_S: Final = 0.5
_FREE_SPACE_EVERY_S: Final = 5.0


class SessionDisk:
    """Commits of one store."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder
        self._retry_s = 0.0
        self._look_s = 0.0
        self._free_mb = 0.0

    @property
    def full(self) -> bool:
        """Return whether the last commit found no room."""
        return self._store.full

    @property
    def waits(self) -> bool:
        """Return whether there was no room a moment ago, so that another try is not yet worth its time."""
        return time.monotonic() < self._retry_s

    def wait(self) -> None:
        """Wait for room: something found none."""
        self._retry_s = time.monotonic() + _RETRY_S

    def commit(self) -> bool:
        """Put on disk what was added; return False while the disk is full, for it stays in memory then."""
        if not (self.full and self.waits):
            self._store.commit()
            if self.full:
                self.wait()
        return not self.full

    def keep_session(self) -> bool:
        """Note that the session stays after its end: who began the run puts it with the others then.

        Return False while the disk is full: nothing is noted on disk yet.
        """
        self._store.set_facts(kept=True)
        return self.commit()

    def free_mb(self) -> float:
        """Return the free space where the session lies, MB, looked up every few seconds; 0 if it takes nothing."""
        if time.monotonic() >= self._look_s:
            self._look_s = time.monotonic() + _FREE_SPACE_EVERY_S
            self._free_mb = shutil.disk_usage(self._folder).free / 1e6
        return 0.0 if self.full else self._free_mb  # a quota leaves free space that this user may not have
