"""One picture file: its header first, its pixels later. Which library reads it, its first bytes decide."""

from pathlib import Path
from typing import Protocol

from capture.sources.pictures.damage import explained
from capture.sources.pictures.foreign import refuse_foreign
from capture.sources.pictures.header import Header
from capture.sources.pictures.plain import PlainFile, read_plain_header
from capture.sources.pictures.recognise import is_tiff
from stream.protocol.contracts import Pixels


class PictureFile(Protocol):
    """A picture file held open: in a stack, a page is often found by way of all pages before it."""

    path: Path

    def decode(self, frame: int, bits: int | None, out: Pixels) -> None:
        """Write a frame's pixels into `out`, (height, width, 3) uint8 BGR.

        Grey repeats its channel, transparency is ignored, and the picture is turned as its orientation tag says. Of
        samples of more than 8 bits the upper 8 of the lowest `bits` are kept (None: of all that the file declares).
        Raises SourceError.
        """

    def close(self) -> None:
        """Close the file; may be called twice."""


def read_header(path: Path) -> Header:
    """Read the size of every frame that can be found; no pixel is decoded. Raises SourceError if there is none."""
    refuse_foreign(path)
    if _is_tiff(path):
        from capture.sources.pictures.tiff import read_tiff_header  # only here: tifffile takes 0.1 s to load

        return read_tiff_header(path)
    return read_plain_header(path)


def open_picture(path: Path) -> PictureFile:
    """Open a picture file. Raises SourceError."""
    if _is_tiff(path):
        from capture.sources.pictures.tiff import TiffPicture

        return TiffPicture(path)
    return PlainFile(path)


def _is_tiff(path: Path) -> bool:
    with explained(path):
        return is_tiff(path)
