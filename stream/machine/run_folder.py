"""The private folder of one run, and the endpoints of its processes: Unix sockets on Linux, else TCP on loopback."""

import contextlib
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import Final

from stream.errors import OutputError
from stream.machine.owner_lock import OwnerLock, is_abandoned, is_held
from stream.machine.processes import LINUX

_BEGINNING_S: Final = 60.0
_OWNER: Final = "owner"
_SUN_PATH_MAX: Final = 107  # unix(7): bytes of a socket's path


def endpoint(folder: Path, name: str, portable: bool) -> str:
    """Return the endpoint of a process's inbox: a Unix socket in the private folder, or a free port on loopback."""
    return "tcp://127.0.0.1:*" if listens_on_tcp(portable) else f"ipc://{folder / name}"


def listens_on_tcp(portable: bool) -> bool:
    """Return True if a run's sockets can be reached by other users of the machine, and so need keys."""
    return portable or not LINUX


class RunFolder:
    """The private folder (mode 0700) of one run: sockets, and the ring if it is a file. Removed when the run ends.

    What a killed run left behind is swept at the next start.
    """

    def __init__(self, session: str, base: Path | None = None) -> None:
        """Make the folder. Raises OutputError if its place is not this user's own, or is full."""
        self._base = base or default_base()
        try:
            _make_private(self._base)
            sweep(self._base)
            self.path = Path(tempfile.mkdtemp(prefix=f"{session[-8:]}-", dir=self._base))
            self._mark = OwnerLock(self.path / _OWNER)
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(
                f"the sockets of a run need a folder in {self._base.parent}, which cannot be used: {error.strerror}"
            ) from error

    def close(self) -> None:
        """Remove the folder and its contents."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._mark.release()


def default_base() -> Path:
    """Return the folder that holds the folders of this user's runs."""
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    shm = Path("/dev/shm")
    roots = [shm, Path(tempfile.gettempdir())] if LINUX else [Path(tempfile.gettempdir())]
    root = next(root for root in roots if os.access(root, os.W_OK) or root == roots[-1])
    base = root / f"capillary-stream-{user}"
    longest = base / "12345678-12345678" / "worker-99-9999"
    return base if not LINUX or len(str(longest)) <= _SUN_PATH_MAX else Path("/tmp") / base.name


def _make_private(base: Path) -> None:
    """Make the folder, for this user alone. Raises OutputError if it belongs to another user.

    Its parent may be written by everyone: another user who made it first could swap its contents.
    """
    try:
        base.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        found = base.lstat()
        own = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)
        if not (own and stat.S_ISDIR(found.st_mode)):
            raise OutputError(
                f"the folder {base} belongs to another user, or others may write to it; ask its owner to remove it"
            ) from None


def sweep(base: Path) -> None:
    """Remove the folders of runs whose supervisor is gone."""
    for folder in base.iterdir():
        with contextlib.suppress(OSError):
            mark = folder / _OWNER
            young = time.time() - folder.stat().st_mtime < _BEGINNING_S  # its owner is just being written
            if is_abandoned(mark) or not (young or is_held(mark)):
                shutil.rmtree(folder, ignore_errors=True)
