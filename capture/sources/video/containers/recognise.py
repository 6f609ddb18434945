"""Which container a file is, by its first bytes; its suffix does not matter.

Only formats found by their first bytes are let through to FFmpeg: a text file that names other files or addresses
(a playlist) is no recording. Knows no codec.
"""

from pathlib import Path
from typing import Final

from capture.sources.video.containers.avi import read_avi
from capture.sources.video.containers.container import Container
from capture.sources.video.containers.matroska import read_matroska
from capture.sources.video.containers.mp4 import read_mp4

_FORMAT_BY_START: Final = (
    (b"RIFF", "avi"),
    (b"\x1a\x45\xdf\xa3", "mkv"),
    (b"OggS", "ogv"),
    (b"FLV\x01", "flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "wmv"),
    (b"\x00\x00\x01\xba", "mpg"),
    (b"\x00\x00\x01\xb3", "m2v"),
    (b"\x00\x00\x01\xb0", "m4v"),
    (b"YUV4MPEG2 ", "y4m"),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01", "mxf"),
    (b"\x1f\x07\x00", "dv"),
    (b"nut/multimedia container\0", "nut"),
    (b"DKIF", "ivf"),
    (b".RMF", "rm"),
    (b"CI\x2c\x00", "cine"),
    (b"\x00\x00\x00\x0cjP  ", "mp4"),
    (b"\xff\xd8\xff", "mjpeg"),
)
_MP4_FIRST_BOXES: Final = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"uuid"})
_HEAD_BYTES: Final = 2048
_TS_SYNC: Final = ord("G")
_TS_PACKETS: Final = (188, 192, 204)
"""Of a transport stream: plain; with a time before each (AVCHD, Blu-ray); with a checksum behind each (DVB)."""
_TS_PACKETS_SEEN: Final = 5
# Units that a bare stream begins with: parameter sets, delimiters, supplements (H.264 7.4.1, H.265 7.4.2.2).
_H264_UNITS: Final = frozenset({7, 9, 6})
_H265_UNITS: Final = frozenset({32, 35, 33})


def recognise(path: Path) -> Container | None:
    """Return the container of the file at `path`, None if it is no video format. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(_HEAD_BYTES)
        length = path.stat().st_size
        if start[4:8] in _MP4_FIRST_BOXES:
            return read_mp4(file, length)
        found = next((name for magic, name in _FORMAT_BY_START if start.startswith(magic)), None)
        found = found or _transport_stream(start) or _bare_stream(start)
        if found == "avi":
            return read_avi(file, length) if start[8:12] == b"AVI " else None
        if found == "mkv":
            return read_matroska(file, length)
        return Container(found) if found else None


def _transport_stream(start: bytes) -> str | None:
    """Find packets of one length in a row; the first may be cut, as if a recorder was switched on amidst it."""
    for length in _TS_PACKETS:
        for first in range(length):
            places = range(first, len(start), length)[:_TS_PACKETS_SEEN]
            few = len(places) < min(_TS_PACKETS_SEEN, 2)
            if not few and all(start[place] == _TS_SYNC for place in places):
                return "ts"
    return None


def _bare_stream(start: bytes) -> str | None:
    """Tell H.264 and H.265 without a container by the first unit: start code, then its type."""
    for code in (b"\x00\x00\x00\x01", b"\x00\x00\x01"):
        if start.startswith(code) and len(start) > len(code) + 1:
            first, second = start[len(code)], start[len(code) + 1]
            if first & 0x9F in _H264_UNITS:  # forbidden bit 0, type; any reference weight
                return "h264"
            if first & 0x81 == 0 and first >> 1 in _H265_UNITS and second & 0xF8 == 0:
                return "h265"
    return None
