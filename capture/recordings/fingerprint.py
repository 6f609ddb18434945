"""Whether a recording is still the one that it was, found out quickly however long it is."""

import hashlib
import os
import stat
from pathlib import Path
from typing import Final

from capture.sources.dicom.finding import dicom_files
from capture.sources.files import unreadable
from capture.sources.opening import placed
from capture.sources.session.description import folder_of
from capture.sources.uri import parse_uri
from stream.errors import SourceError
from stream.session.store import RECORDING

_GLANCE: Final = 1 << 20
_FILES: Final = ("video",)


def fingerprint(source: str) -> str | None:
    """Return the SHA-256 of a file's size, first and last MiB, or of the names and sizes of several pictures.

    Takes milliseconds. None if there is no file: a camera, an address, the synthetic microscope.
    Raises SourceError, UsageError.
    """
    uri = placed(parse_uri(source))
    if uri.scheme == "images":
        from capture.sources.pictures.images import find_pictures  # OpenCV is not needed for the rest

        files = find_pictures(uri.path)
    elif uri.scheme == "dicom":
        files = dicom_files(uri.path)
    elif uri.scheme == "session":
        files = [folder_of(uri.path) / RECORDING]  # it holds the hash of each other file
    elif uri.scheme in _FILES:
        files = [Path(uri.path)]
    else:
        return None
    try:
        return _of_file(files[0]) if len(files) == 1 else _of_listing(files)
    except SourceError:
        raise
    except OSError as error:
        raise unreadable(files[0], error) from None


def _of_file(path: Path) -> str | None:
    """Return None for a source of an installed scheme, which only its plug-in can read."""
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        return None
    if not stat.S_ISREG(found.st_mode):
        raise SourceError(f"{path} is no regular file but a pipe or a device. Name a recording or a folder.")
    digest = hashlib.sha256(f"{found.st_size}\n".encode())
    with path.open("rb") as file:
        digest.update(file.read(_GLANCE))
        file.seek(max(0, found.st_size - _GLANCE))
        digest.update(file.read(_GLANCE))
    return digest.hexdigest()


def _of_listing(files: list[Path]) -> str:
    lines = b"".join(os.fsencode(file.name) + f"/{file.stat().st_size}\n".encode() for file in files)
    return hashlib.sha256(lines).hexdigest()
