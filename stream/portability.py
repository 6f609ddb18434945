"""What differs between systems: shared memory, deaths of processes, endpoints. One place, two ways each.

The Linux way (memfd, pidfd, parent-death signal, Unix sockets) is the default on Linux; the portable way (a mapped
file, polling, a watching thread, TCP on loopback) is the only one elsewhere, and a setting forces it anywhere.
"""

import contextlib
import ctypes
import errno
import mmap
import os
import shutil
import signal
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import parent_process, resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

import psutil

from stream.errors import OutputError, RingError

LINUX: Final = sys.platform == "linux"
STOP_SIGNALS: Final = tuple(number for number in signal.Signals if number.name in ("SIGINT", "SIGTERM", "SIGHUP"))
"""Ctrl-C, a service manager's stop, a terminal that is closed."""
_PR_SET_PDEATHSIG: Final = 1  # <linux/prctl.h>
_PR_SET_NAME: Final = 15
_M_TRIM_THRESHOLD: Final = -1  # <malloc.h>
_M_MMAP_THRESHOLD: Final = -3
_BEGINNING_S: Final = 60.0
_SUN_PATH_MAX: Final = 107  # unix(7): bytes of a socket's path


@dataclass(frozen=True, slots=True)
class SharedMemory:
    """A block that several processes map. `path` opens it from any process of the same user; `map` is the owner's."""

    path: str
    map: mmap.mmap
    fd: int

    def close(self) -> None:
        """Let go of the owner's mapping; a mapped file goes with its folder."""
        with contextlib.suppress(BufferError):
            self.map.close()
        with contextlib.suppress(OSError):
            os.close(self.fd)


def create_shared_memory(nbytes: int, folder: Path, portable: bool) -> SharedMemory:
    """A zeroed block of `nbytes`. Raises RingError, naming the bytes needed, where there is no room for it."""
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
        if error.errno not in (errno.ENOSPC, errno.ENOMEM, errno.EFBIG):
            raise
        raise RingError(
            f"the frame ring needs {nbytes} bytes and {place} has no room for them; free some, or lower capture.slots"
        ) from error
    return SharedMemory(path, mmap.mmap(fd, nbytes), fd)


def _reserve(fd: int, nbytes: int) -> None:
    """Claim the pages now: touching memory that is not there later would be a bus error, not an exception.

    The system claims pages of a memfd one by one until it has none, and then kills somebody: so ask before.
    """
    if nbytes > psutil.virtual_memory().available:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(fd, 0, nbytes)
    else:
        os.ftruncate(fd, nbytes)


def map_shared_memory(path: str, *, writable: bool) -> mmap.mmap:
    """Map a block that another process made. Raises OSError where its owner is gone."""
    fd = os.open(path, (os.O_RDWR if writable else os.O_RDONLY) | getattr(os, "O_BINARY", 0))
    try:
        return mmap.mmap(fd, 0, access=mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ)
    finally:
        os.close(fd)


def stop_signals() -> list[signal.Signals]:
    """Those of them that this process is to answer: nohup(1) asks that a closed terminal be ignored."""
    return [number for number in STOP_SIGNALS if number.name != "SIGHUP" or signal.getsignal(number) != signal.SIG_IGN]


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def die_with_parent(portable: bool) -> None:
    """End this child when its supervisor ends, however it ends: no orphan goes on reading a camera."""
    parent = parent_process()
    if parent is None:
        return
    if LINUX and not portable:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent.pid:  # it died before the call
            os._exit(1)
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def asked_to_end_with_parent() -> None:
    """Between fork and exec of any program, on Linux: it gets SIGTERM when the process that started it is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def name_process(name: str) -> None:
    """What `top` and `ps -o comm` call this process, where the system lets it say so. Call from the main thread."""
    if LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode()[:15])


def keep_freed_memory() -> None:
    """Keep what is freed for the next frame, where glibc allocates.

    It gives large blocks back to the system and takes them again, now and then for every array of every frame: measured
    in one worker of ten, 1,500 page faults and 1.5 to 3 ms a frame.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if LINUX else None
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, 32 << 20)  # the most that it takes; a frame's largest array has 6 MB
        mallopt(_M_TRIM_THRESHOLD, 512 << 20)


@contextlib.contextmanager
def deaf_to_signals() -> Iterator[None]:
    """Children started meanwhile hear none of the signals that stop a run, from their first instruction on.

    They reach the whole process group; the supervisor alone answers. Here they are heard as soon as this ends.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # starting it later would lift the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def death_handle(process: BaseProcess, portable: bool) -> int | None:
    """A descriptor that becomes readable when the process dies, or None where deaths are polled."""
    if LINUX and not portable and process.pid is not None:
        return os.pidfd_open(process.pid)
    return None


def endpoint(folder: Path, name: str, portable: bool) -> str:
    """Where a process of this run binds its inbox: a Unix socket in the private folder, or a free port on loopback."""
    return "tcp://127.0.0.1:*" if listens_on_tcp(portable) else f"ipc://{folder / name}"


def listens_on_tcp(portable: bool) -> bool:
    """True where a run's sockets can be reached by other users of the machine, and so need keys."""
    return portable or not LINUX


class RunFolder:
    """The private folder (mode 0700) of one run: sockets, and the ring where it is a file. Gone when the run ends.

    What a killed run left behind is swept at the next start.
    """

    def __init__(self, session: str, base: Path | None = None) -> None:
        """Raises OutputError where the place for it is not this user's own, or full."""
        self._base = base or default_base()
        try:
            _make_private(self._base)
            sweep(self._base)
            self.path = Path(tempfile.mkdtemp(prefix=f"{session[-8:]}-", dir=self._base))
            (self.path / "owner").write_text(identity(os.getpid()))
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(
                f"the sockets of a run need a folder in {self._base.parent}, which cannot be had: {error.strerror}"
            ) from error

    def close(self) -> None:
        """Remove the folder and what is in it."""
        shutil.rmtree(self.path, ignore_errors=True)


def default_base() -> Path:
    """Where the folders of this user's runs lie."""
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    shm = Path("/dev/shm")
    roots = [shm, Path(tempfile.gettempdir())] if LINUX else [Path(tempfile.gettempdir())]
    root = next(root for root in roots if os.access(root, os.W_OK) or root == roots[-1])
    base = root / f"capillary-stream-{user}"
    longest = base / "12345678-12345678" / "worker-99-9999"
    return base if not LINUX or len(str(longest)) <= _SUN_PATH_MAX else Path("/tmp") / base.name


def _make_private(base: Path) -> None:
    """It lies where everyone may write: who made it first may not be this user, and could then swap what is in it."""
    try:
        base.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        found = base.lstat()
        own = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)
        if not (own and stat.S_ISDIR(found.st_mode)):
            raise OutputError(
                f"the folder {base} belongs to another user, or others may write to it; have it removed"
            ) from None


def sweep(base: Path) -> None:
    """Remove the folders of runs whose supervisor is gone."""
    for folder in base.iterdir():
        with contextlib.suppress(OSError):
            owner = _written(folder / "owner")
            young = time.time() - folder.stat().st_mtime < _BEGINNING_S  # its owner is just being written
            if not is_alive(owner) and (owner or not young):
                shutil.rmtree(folder, ignore_errors=True)


def identity(pid: int) -> str:
    """Process number and start time: a number alone may have been given to another process since.

    On Linux the start is counted in ticks since boot (proc(5), field 22): setting the clock must not change it.
    """
    try:
        if LINUX:
            return f"{pid} {Path(f'/proc/{pid}/stat').read_bytes().rpartition(b')')[2].split()[19].decode()}"
        return f"{pid} {psutil.Process(pid).create_time():.2f}"
    except (OSError, psutil.NoSuchProcess):
        return f"{pid} gone"


def is_alive(owner: str) -> bool:
    """True while the process of that `identity` runs."""
    pid = owner.partition(" ")[0]
    return pid.isdecimal() and owner == identity(int(pid))


def lives_that_wrote(mark: Path) -> bool:
    """True while the process runs whose `identity` stands in this file. A damaged one is nobody's. Raises OSError."""
    return is_alive(_written(mark))


def _written(mark: Path) -> str:
    return mark.read_text(errors="replace") if mark.exists() else ""
