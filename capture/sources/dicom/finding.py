"""Which files are DICOM: known by their first bytes, without pydicom."""

from pathlib import Path
from typing import Final

from capture.sources.files import is_folder, is_pattern, matches, unreadable
from stream.errors import SourceError
from stream.machine.files import expanded, is_picture, natural_key

SUFFIXES: Final = frozenset({".dcm", ".dicom"})
_PREAMBLE: Final = 128  # PS3.10 section 7.1


def is_dicom(path: Path) -> bool:
    """Return whether a file is DICOM by its first bytes or its suffix, and not hidden. Raises OSError."""
    if path.name.startswith(".") or not path.is_file():
        return False
    return path.suffix.lower() in SUFFIXES or begins_as_dicom(path)


def begins_as_dicom(path: Path) -> bool:
    """Return whether a file is DICOM by its first bytes. Raises OSError."""
    with path.open("rb") as file:
        return file.read(_PREAMBLE + 4)[_PREAMBLE:] == b"DICM"


def holds_dicom(place: Path) -> bool:
    """Return whether a folder or a pattern names a DICOM file, and no picture. Raises OSError."""
    files = list(place.iterdir() if place.is_dir() else matches(place))
    return any(map(is_dicom, files)) and not any(map(is_picture, files))


def dicom_files(place: str) -> list[Path]:
    """List the DICOM files of a folder, a pattern, or one file, in the order people count.

    Raises SourceError if there is none.
    """
    path = expanded(place)
    folder = is_folder(path)
    if not folder and (path.is_file() or not is_pattern(place)):
        return [path]
    try:
        candidates = path.iterdir() if folder else matches(path)
        found = [one for one in candidates if one.name.upper() != "DICOMDIR" and is_dicom(one)]
    except OSError as error:
        raise unreadable(path, error) from None
    if not found:
        raise SourceError(f"{path} holds no DICOM file. They end in .dcm, or have DICM behind their first 128 bytes.")
    return sorted(found, key=lambda one: (natural_key(str(one)), str(one)))
