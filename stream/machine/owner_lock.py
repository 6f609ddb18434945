"""A file that says that its writer lives, held by a lock if the file system knows locks."""

import errno
import os
import time
from pathlib import Path
from typing import Final

from stream.machine.processes import LINUX, identity, is_alive

_LONGEST_IDENTITY: Final = 100
_LOOKS: Final = 10
_LOOK_S: Final = 0.01  # somebody may just be looking whether a mark is held, or removing it


class Mark:
    """A file that says that whoever wrote it lives: held until `release`, or until its process ends, however it ends.

    By the identity that stands in the file; on Linux also by a lock that the system lets go of, so that it counts for
    everyone who sees the file, also from another container. Some file systems know no locks.
    """

    def __init__(self, path: Path) -> None:
        """Raises BlockingIOError where somebody else holds it, OSError where it cannot be written."""
        self._path = path
        self._fd: int | None = None
        for _ in range(_LOOKS):
            fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
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
        """False where who held it before has just removed it: then it is another file."""
        try:
            return os.path.samestat(os.fstat(fd), self._path.stat())
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Remove it. May be called twice."""
        self._path.unlink(missing_ok=True)
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def is_held(mark: Path) -> bool:
    """True while whoever wrote this mark lives. A damaged one is nobody's. Raises OSError."""
    return _looked_at(mark)[0]


def is_abandoned(mark: Path) -> bool:
    """True where a mark lies that was written, and whose writer is gone. Raises OSError."""
    held, text = _looked_at(mark)
    return bool(text) and not held


def _looked_at(mark: Path) -> tuple[bool, str]:
    """Whether it is held, and what stands in it."""
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
    """True where a lock was had, False where another process holds it alone, None where there are no locks."""
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
