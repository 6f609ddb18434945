"""A file that says that its writer lives, held by a lock if the file system knows locks."""

import errno
import os
import time
from pathlib import Path
from typing import Final

from stream.machine.processes import LINUX, identity, is_alive

_LONGEST_IDENTITY: Final = 100
_LOOKS: Final = 10
_LOOK_S: Final = (
    0.01  # between attempts: another process may hold it for a moment, to look whether it is held or to remove it
)


class OwnerLock:
    """A file that shows that its writer lives: held until `release`, or until its process ends, however it ends.

    It holds the writer's identity. On Linux a file lock is taken too, which the system releases with the process, so
    that it also counts for a process in another container. Some file systems know no locks.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock. Raises BlockingIOError if another process holds it, OSError if it cannot be written."""
        self._path = path
        self._fd: int | None = None
        for _ in range(_LOOKS):
            fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                locked = _locked(fd, alone=True)
                free = locked is not False and self._is(fd) and not is_alive(_text(fd))
                if free:
                    _write(fd)
                    self._fd = fd if locked else None
                    return
            finally:
                if self._fd is None:
                    os.close(fd)
            time.sleep(_LOOK_S)
        raise BlockingIOError(errno.EWOULDBLOCK, os.strerror(errno.EWOULDBLOCK), str(path))

    def _is(self, fd: int) -> bool:
        """Return False if the file was removed by its last owner meanwhile: then the path is another file."""
        try:
            return os.path.samestat(os.fstat(fd), self._path.stat())
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Remove the file. May be called twice."""
        self._path.unlink(missing_ok=True)
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def is_held(mark: Path) -> bool:
    """Return True while the writer of this file lives; a damaged file has no writer. Raises OSError."""
    return _inspect(mark)[0]


def is_abandoned(mark: Path) -> bool:
    """Return True if the file is there and its writer is gone. Raises OSError."""
    held, text = _inspect(mark)
    return bool(text) and not held


def _inspect(mark: Path) -> tuple[bool, str]:
    """Return whether it is held, and the identity in it."""
    try:
        fd = os.open(mark, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return False, ""
    try:
        locked, text = _locked(fd, alone=False), _text(fd)
        return locked is False or is_alive(text), text
    finally:
        os.close(fd)


def _locked(fd: int, *, alone: bool) -> bool | None:
    """Try to lock: True if locked, False if another process holds it alone, None if there are no locks here."""
    if not LINUX:
        return None
    import fcntl

    try:
        fcntl.flock(fd, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _write(fd: int) -> None:
    os.ftruncate(fd, 0)
    os.lseek(fd, 0, os.SEEK_SET)
    os.write(fd, identity(os.getpid()).encode())


def _text(fd: int) -> str:
    return os.read(fd, _LONGEST_IDENTITY).decode(errors="replace")
