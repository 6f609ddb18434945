"""Which container a file is, by its first bytes; its suffix does not matter.

Only formats found by their first bytes are let through to FFmpeg: a text file that names other files or addresses
(a playlist) is no recording. Knows no codec.
"""

from pathlib import Path
from typing import Final

from capture.sources.containers.avi import read_avi
from capture.sources.containers.container import Container
from capture.sources.containers.matroska import read_matroska
from capture.sources.containers.mp4 import read_mp4

_FORMAT_BY_START: Final = (
    (b"RIFF", "avi"),
    (b"\x1a\x45\xdf\xa3", "mkv"),
    (b"OggS", "ogv"),
    (b"FLV\x01", "flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "wmv"),
    (b"\x00\x00\x01\xba", "mpg"),
    (b"\x00\x00\x01\xb3", "mpg"),
    (b"YUV4MPEG2 ", "y4m"),
)
_MP4_FIRST_BOXES: Final = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide"})
_TS_PACKET: Final = 188


def recognise(path: Path) -> Container | None:
    """Return the container of the file at `path`, None if it is no video format. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(2 * _TS_PACKET)
        length = path.stat().st_size
        if start[4:8] in _MP4_FIRST_BOXES:
            return read_mp4(file, length)
        if start[:1] == b"G" and start[_TS_PACKET : _TS_PACKET + 1] == b"G":
            return Container("ts")
        found = next((name for magic, name in _FORMAT_BY_START if start.startswith(magic)), None)
        if found == "avi":
            return read_avi(file, length) if start[8:12] == b"AVI " else None
        if found == "mkv":
            return read_matroska(file, length)
        return Container(found) if found else None
