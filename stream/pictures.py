"""Which files are pictures: what a folder's frames are read from, and what its hash is made of."""

from pathlib import Path
from typing import Final

SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"})


def is_picture(path: Path) -> bool:
    """Whether it is a file with a picture's suffix, and not hidden. Raises OSError."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
