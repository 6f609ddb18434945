"""What a recording's container says of itself before anything is decoded: format, frames, whether it is whole.

Only formats found by their first bytes are let through to FFmpeg: a text file that names other files or addresses
(a playlist) is no recording. Knows no codec.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_MAX_INDEX_BYTES: Final = 256 * 2**20

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


@dataclass(frozen=True, slots=True)
class Container:
    """format: short name of the file format.
    frame_count: frames that the container counts, None where it only knows a duration or nothing.
    cut_off: the file is shorter than it says, or its index is missing.
    """

    format: str
    frame_count: int | None = None
    cut_off: bool = False


def recognise(path: Path) -> Container | None:
    """The container of the file at `path`, None where it is no video format. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(2 * _TS_PACKET)
        length = path.stat().st_size
        if start[4:8] in _MP4_FIRST_BOXES:
            return _mp4(file, length)
        if start[:1] == b"G" and start[_TS_PACKET : _TS_PACKET + 1] == b"G":
            return Container("ts")
        found = next((name for magic, name in _FORMAT_BY_START if start.startswith(magic)), None)
        if found == "avi":
            return _avi(file, start, length) if start[8:12] == b"AVI " else None
        if found == "mkv":
            return Container("mkv", cut_off=_matroska_end(start) > length)
        return Container(found) if found else None


# ISO base media (mp4, mov): ISO/IEC 14496-12.


def _mp4(file: BinaryIO, length: int) -> Container:
    index, end, fragmented = b"", 0, False
    for kind, begin, end in _file_boxes(file, length):
        fragmented |= kind == b"moof"
        if kind == b"moov" and end - begin <= _MAX_INDEX_BYTES:
            file.seek(begin)
            index = file.read(end - begin)
    fragmented |= _child(index, b"mvex") is not None
    counted = None if fragmented or not index else _mp4_frame_count(index)
    return Container("mp4", counted, cut_off=not index or end > length)


def _file_boxes(file: BinaryIO, length: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, first byte and end of the contents of each box at the top of the file; the last end may lie beyond it."""
    at = 0
    while at + 8 <= length:
        file.seek(at)
        head = file.read(16)
        size, kind, body = int.from_bytes(head[:4], "big"), head[4:8], at + 8
        if size == 1:
            size, body = int.from_bytes(head[8:16], "big"), at + 16
        end = length if size == 0 else at + size
        if end < body:
            return
        yield kind, body, end
        at = end


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size < 8:
            return
        yield data[at + 4 : at + 8], data[at + 8 : at + size]
        at += size


def _child(data: bytes, *kinds: bytes) -> bytes | None:
    """The first box down a path of kinds."""
    for kind in kinds:
        found = next((body for name, body in _boxes(data) if name == kind), None)
        if found is None:
            return None
        data = found
    return data


def _mp4_frame_count(index: bytes) -> int | None:
    """Samples of the first video track, where its edit list shows all of them."""
    for kind, track in _boxes(index):
        handler = _child(track, b"mdia", b"hdlr") if kind == b"trak" else None
        if handler is None or handler[8:12] != b"vide":
            continue
        table = _child(track, b"mdia", b"minf", b"stbl") or b""
        count = _number(_child(table, b"stsz") or _child(table, b"stz2"), 8)
        return count if count and _shown_whole(index, track, table, count) else None
    return None


def _shown_whole(index: bytes, track: bytes, table: bytes, count: int) -> bool:
    """Whether the edit list, if any, presents the track from beginning to end: a trimmed track holds hidden frames."""
    edits = _child(track, b"edts", b"elst")
    if not edits:
        return True
    layout = struct.Struct(">qqi" if edits[0] else ">Iii")
    whole = len(edits) - (len(edits) - 8) % layout.size
    spans: list[int] = [span for span, media_time, _ in layout.iter_unpack(edits[8:whole]) if media_time >= 0]
    movie_scale, media_scale = _timescale(_child(index, b"mvhd")), _timescale(_child(track, b"mdia", b"mdhd"))
    if len(spans) != 1 or not movie_scale or not media_scale:
        return False
    times = _child(table, b"stts") or b""
    runs = struct.iter_unpack(">II", times[8 : len(times) - len(times) % 8])
    length_s: float = sum(samples * ticks for samples, ticks in runs) / media_scale
    # A span of 0 means all; half a frame is left to the rounding of the two timescales.
    return spans[0] == 0 or length_s - spans[0] / movie_scale < length_s / count / 2


def _timescale(header: bytes | None) -> int:
    """Ticks a second, out of a movie or media header; 0 where there is none."""
    return _number(header, 20 if header and header[0] else 12)


def _number(data: bytes | None, at: int) -> int:
    return int.from_bytes((data or b"")[at : at + 4], "big")


# AVI: RIFF lists of chunks, little-endian (Microsoft, AVI RIFF File Reference).


def _avi(file: BinaryIO, start: bytes, length: int) -> Container:
    file.seek(12)
    headers = file.read(64 * 1024)
    end = 8 + int.from_bytes(start[4:8], "little")
    at = headers.find(b"strh")
    while at >= 0 and headers[at + 8 : at + 12] != b"vids":
        at = headers.find(b"strh", at + 4)
    # dwLength, at 32 in the stream header; 0 where the writer never came to close the file.
    count = int.from_bytes(headers[at + 40 : at + 44], "little") if at >= 0 else 0
    return Container("avi", count or None, cut_off=end > length)


# Matroska and WebM: EBML, RFC 8794. The first element is the EBML header, the second the segment with everything else.


def _matroska_end(start: bytes) -> int:
    """Where the segment says that it ends; 0 where it was left open, as in a recording that was never closed."""
    _, header_size, at = _element(start, 0)
    _, size, at = _element(start, at + header_size)
    return at + size if size else 0


def _element(data: bytes, at: int) -> tuple[bytes, int, int]:
    """Identifier, size of the contents (0 for unknown) and where they begin."""
    id_length = _vint_length(data, at)
    size_length = _vint_length(data, at + id_length)
    begin = at + id_length + size_length
    bits = 7 * size_length
    size = int.from_bytes(data[at + id_length : begin], "big") & ((1 << bits) - 1)
    return data[at : at + id_length], 0 if size == (1 << bits) - 1 else size, begin


def _vint_length(data: bytes, at: int) -> int:
    """Bytes of a variable-size integer: leading zero bits of its first byte, plus one."""
    first = data[at] if at < len(data) else 0
    return 9 - first.bit_length() if first else 1
