"""What differs between systems: shared memory, deaths of processes, endpoints. One place, two ways each.

The Linux way (memfd, pidfd, parent-death signal, Unix sockets) is the default on Linux; the portable way (a mapped
file, polling, a watching thread, TCP on loopback) is the only one elsewhere, and a setting forces it anywhere.
"""

import contextlib
import ctypes
import errno
import mmap
import os
import re
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
_OWNER: Final = "owner"
_GONE: Final = " gone"
_LONGEST_IDENTITY: Final = 100
_LOOKS: Final = 10
_LOOK_S: Final = 0.01  # somebody may just be looking whether a mark is held, or removing it
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
            self._mark = Mark(self.path / _OWNER)
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(
                f"the sockets of a run need a folder in {self._base.parent}, which cannot be had: {error.strerror}"
            ) from error

    def close(self) -> None:
        """Remove the folder and what is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._mark.release()


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
            mark = folder / _OWNER
            young = time.time() - folder.stat().st_mtime < _BEGINNING_S  # its owner is just being written
            if is_abandoned(mark) or not (young or is_held(mark)):
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
        return f"{pid}{_GONE}"


def is_alive(owner: str) -> bool:
    """True while the process of that `identity` runs."""
    pid = re.match(r"[0-9]{1,10} ", owner)
    return pid is not None and owner == identity(int(pid[0])) and not owner.endswith(_GONE)
