"""A small disk that a test may fill. Needs the right to mount."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

_BLOCK = bytes(4096)


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: float) -> Iterator[Path]:
    """Mount a disk of that size at `folder`, in memory. Raises PermissionError if it cannot be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={int(megabytes * 1024)}k", "tmpfs", str(folder)]
    try:
        made = subprocess.run(mount, check=False).returncode == 0
    except FileNotFoundError:
        made = False
    if not made:
        raise PermissionError("a small disk needs the right to mount one: run as root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Take all the room that there is, and return the file that does."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(_BLOCK)
    return ballast
