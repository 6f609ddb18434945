"""One JPEG of a live camera: proven whole before it is shown.

libjpeg fills what is missing from a damaged JPEG with grey or with the block before, and only warns. Here a warning is
an error, and the picture must reach from its first marker to its last, without anything behind it.
"""

from dataclasses import dataclass
from typing import Final

import simplejpeg

from stream.errors import FrameError
from stream.protocol.contracts import Pixels

_START: Final = b"\xff\xd8"
_END: Final = b"\xff\xd9"
# What cameras and libraries put between the end of a picture and that of its part or buffer: also a second end marker.
_PADDING: Final = b"\0\r\n" + _END
ADOBE: Final = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"
"""A segment that says which colours a JPEG has, but for its last byte: 0 RGB, 1 Y'CbCr (T.872, 6.5.3)."""
# Markers of ITU-T T.81, table B.1.
_SIZE_MARKERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN_MARKER: Final = 0xDA


@dataclass(frozen=True, slots=True)
class JpegPicture:
    """The bytes of one JPEG, without padding; its size in pixels as its header gives it."""

    data: bytes
    width: int
    height: int


def whole_jpeg(data: bytes, padded: bool = False) -> JpegPicture:
    """Return the JPEG in `data`, from its start marker to its end marker. Raises FrameError if it is not whole.

    padded: whatever follows the end marker is the rest of a larger buffer.
    """
    if not data.startswith(_START):
        raise FrameError("It is no JPEG picture.")
    width, height, scan = _header(data)
    end = _end_after(data, scan)
    if end < 0 or (not padded and data[end:].strip(_PADDING)):
        raise FrameError("A JPEG picture was cut off, or two were mixed.")
    return JpegPicture(data[:end], width, height)


def decode_jpeg(jpeg: JpegPicture, out: Pixels) -> None:
    """Write the picture into `out`, (height, width, 3) uint8 BGR. Grey repeats its channel.

    Raises FrameError if anything of it is damaged, as far as its codes show; `out` may then be half written.
    """
    if out.shape != (jpeg.height, jpeg.width, 3):
        raise FrameError(f"A JPEG picture is {jpeg.width}x{jpeg.height}, not {out.shape[1]}x{out.shape[0]}.")
    if not out.flags.c_contiguous:
        raise ValueError("out must be contiguous")
    try:
        simplejpeg.decode_jpeg(jpeg.data, "BGR", buffer=out, strict=True)
    except ValueError as error:
        raise FrameError(f"A JPEG picture is damaged: {str(error).rstrip('.')}.") from None


def jpeg_lines(data: bytes) -> int | None:
    """Return the height of a JPEG, as its header gives it; None if it has none."""
    try:
        return _header(data)[1]
    except FrameError:
        return None


def _header(data: bytes) -> tuple[int, int, int]:
    """Return width, height and the place of the first scan, by the segments before it (T.81, B.1.1.4)."""
    at, size = 2, None
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill bytes may precede any marker
            at += 1
            continue
        length = int.from_bytes(data[at + 2 : at + 4])
        if marker in _SIZE_MARKERS and at + 9 <= len(data):
            size = int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        if marker == _SCAN_MARKER and size is not None and 0 not in size:
            return *size, at
        at += 2 + length
    raise FrameError("A JPEG picture was cut off in its header.")


def _end_after(data: bytes, scan: int) -> int:
    """Return where the picture ends that has its first scan at `scan`; -1 if it has no end.

    In coded data FF is followed by 0 or a restart number, so that FFD9 is the end marker. Between the scans of a
    progressive picture there are segments, whose bytes may be any: they are passed by their length.
    """
    at = scan
    while at >= 0 and at + 4 <= len(data):
        marker = data[at + 1]
        if marker == 0 or marker == 0xFF or 0xD0 <= marker <= 0xD7:
            at = data.find(b"\xff", at + (1 if marker == 0xFF else 2))
        elif marker == _END[1]:
            return at + 2
        else:
            at = data.find(b"\xff", at + 2 + int.from_bytes(data[at + 2 : at + 4]))
    return at + 2 if at >= 0 and data[at : at + 2] == _END else -1
