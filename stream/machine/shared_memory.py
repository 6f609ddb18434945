"""Memory that several processes map: a memfd on Linux, else a mapped file."""

import contextlib
import ctypes
import errno
import mmap
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stream.errors import RingError
from stream.machine.processes import LINUX

_M_TRIM_THRESHOLD: Final = -1  # <malloc.h>
_M_MMAP_THRESHOLD: Final = -3


@dataclass(frozen=True, slots=True)
class SharedMemory:
    """A block that several processes map. `path` opens it from any process of the same user; `map` is the owner's."""

    path: str
    map: mmap.mmap
    fd: int

    def close(self) -> None:
        """Close the owner's mapping; a mapped file is removed with its folder."""
        with contextlib.suppress(BufferError):
            self.map.close()
        with contextlib.suppress(OSError):
            os.close(self.fd)


def create_shared_memory(nbytes: int, folder: Path, portable: bool) -> SharedMemory:
    """Create a zeroed block of `nbytes`. Raises RingError, naming the bytes needed, if there is no room for it."""
    if LINUX and not portable:
        fd = os.memfd_create("capillary-stream-ring", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        path, place = f"/proc/{os.getpid()}/fd/{fd}", "memory"
    else:
        fd, path = tempfile.mkstemp(prefix="ring-", dir=folder)
        place = str(folder)
    try:
        _reserve(fd, nbytes)
    except OSError as error:
        os.close(fd)
        if error.errno == errno.EFBIG:
            raise RingError(
                f"the frame ring needs {nbytes} bytes, and this shell allows no file of that size (`ulimit -f`); raise "
                "that limit, or lower capture.slots"
            ) from error
        if error.errno not in (errno.ENOSPC, errno.ENOMEM):
            raise
        raise RingError(
            f"the frame ring needs {nbytes} bytes and {place} has no room for them; free some, or lower capture.slots"
        ) from error
    return SharedMemory(path, mmap.mmap(fd, nbytes), fd)


def _reserve(fd: int, nbytes: int) -> None:
    """Claim the pages now: touching memory that is not there later would be a bus error, not an exception.

    The system claims pages of a memfd one by one until it has none, and then kills a process: so ask before.
    """
    import psutil  # only who makes the block asks

    if nbytes > psutil.virtual_memory().available:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(fd, 0, nbytes)
    else:
        os.ftruncate(fd, nbytes)


def map_shared_memory(path: str, *, writable: bool) -> mmap.mmap:
    """Map a block that another process made. Raises OSError if its owner is gone."""
    fd = os.open(path, (os.O_RDWR if writable else os.O_RDONLY) | getattr(os, "O_BINARY", 0))
    try:
        return mmap.mmap(fd, 0, access=mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ)
    finally:
        os.close(fd)


def keep_freed_memory() -> None:
    """Keep freed memory for the next frame, if glibc allocates.

    It gives large blocks back to the system and takes them again, now and then for every array of every frame: measured
    in one worker of ten, 1,500 page faults and 1.5 to 3 ms a frame.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if LINUX else None
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, 32 << 20)  # the most that it takes; a frame's largest array has 6 MB
        mallopt(_M_TRIM_THRESHOLD, 512 << 20)
