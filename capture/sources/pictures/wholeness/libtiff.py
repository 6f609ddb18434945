"""Keeps libtiff, which Pillow brings, from writing to stderr: what is damaged is said once, in a SourceError."""

import contextlib
import ctypes

from PIL import _imaging


def hush_libtiff() -> None:
    """Take libtiff's handler of errors away. On systems on which its functions cannot be reached, nothing changes."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(_imaging.__file__).TIFFSetErrorHandler(None)
