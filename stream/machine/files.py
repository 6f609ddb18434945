"""Paths as people write and sort them, whether the system lets them be used, pictures, and files written whole."""

import contextlib
import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from stream.errors import OutputError


def expanded(text: str) -> Path:
    """Return the path with `~` or `~name` as the home folder; unchanged if no user has that name, as in a shell."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def shown(path: Path) -> Path:
    """Return the path as people read it: relative to the current folder if it lies below."""
    try:
        return path.absolute().relative_to(Path.cwd())
    except (ValueError, OSError):
        return path


def natural_key(text: str) -> list[tuple[int, str]]:
    """Return a key to sort by: runs of digits compare as numbers, before letters; case does not matter."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text.casefold())]


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give another name to write a file under; after the block it is put on disk and renamed.

    A file that is there is whole; what a failure leaves is removed. Raises OSError.
    """
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)  # what a killed run left may be open to others
    try:
        yield partial
        descriptor = os.open(partial, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def keep_private(path: Path) -> None:
    """Narrow the mode of a file that was there before to 0600; new ones have it by the umask (`surroundings`)."""
    with contextlib.suppress(OSError):  # it is not there, or another user's
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)


def reason(error: OSError) -> str:
    """Return why the system refused to write, as the end of a sentence."""
    match error.errno:
        case errno.ENOSPC:
            return "the disk is full"
        case errno.EDQUOT:
            return "your share of the disk (quota) is used up"
        case errno.EFBIG:
            return "this shell allows no file of that size (`ulimit -f`), or the disk's format does not"
        case _:
            return error.strerror or str(error)


def file_size_limited() -> bool:
    """Return whether the shell lets this process write files up to a size only."""
    try:
        import resource
    except ImportError:  # another system
        return False
    return resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY


def real(path: Path) -> Path:
    """Return the path without symbolic links, as far as they lead to a file."""
    return Path(os.path.realpath(path))  # Path.resolve raises where a link leads to itself


def reach(path: Path) -> None:
    """Check that a file or folder may be looked at; it need not exist. Raises OutputError if it may not."""
    try:
        (path / "x").stat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise OutputError(
            f"{path} cannot be used: {error.strerror}; check its name and who may enter its folder"
        ) from None


SUFFIXES: Final = frozenset(
    {".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".btf", ".lsm"}
)


def bytes_of(path: Path) -> int:
    """Return the size of a file, or of the files of a folder; 0 if there is none, or it may not be looked at."""
    try:
        return sum(one.stat().st_size for one in path.iterdir()) if path.is_dir() else path.stat().st_size
    except OSError:
        return 0


def is_picture(path: Path) -> bool:
    """Return True if it is a file with a picture's suffix, and not hidden. Raises OSError."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
