"""Whether the libraries behind DICOM are installed."""

from typing import Final

from stream.outlets.library import library

_LIBRARIES: Final = ("pydicom", "pynetdicom", "highdicom")


def need_dicom() -> None:
    """Raise ConfigError, with what to install, if a library is missing."""
    for name in _LIBRARIES:
        library("dicom", name, "dicom")
