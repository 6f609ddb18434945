"""ISO base media (mp4, mov), ISO/IEC 14496-12: boxes of four letters, an index of all frames in `moov`."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from capture.sources.video.containers.container import Container

_MAX_INDEX_BYTES: Final = 256 * 2**20


def read_mp4(file: BinaryIO, length: int) -> Container:
    """Count the frames, unless they lie in fragments or an edit list hides some."""
    index, end, fragmented = b"", 0, False
    for kind, begin, end in _file_boxes(file, length):
        fragmented |= kind == b"moof"
        if kind == b"moov" and end - begin <= _MAX_INDEX_BYTES:
            file.seek(begin)
            index = file.read(end - begin)
    fragmented |= _child(index, b"mvex") is not None
    counted = None if fragmented or not index else _frame_count(index)
    return Container("mp4", counted, damaged=not index or end > length)


def _file_boxes(file: BinaryIO, length: int) -> Iterator[tuple[bytes, int, int]]:
    """Return kind, first byte and end of the contents of each box at the top; the last end may lie beyond the file."""
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
    """Return the first box down a path of kinds."""
    for kind in kinds:
        found = next((body for name, body in _boxes(data) if name == kind), None)
        if found is None:
            return None
        data = found
    return data


def _frame_count(index: bytes) -> int | None:
    """Count the samples of the first video track, if its edit list shows all of them."""
    for kind, track in _boxes(index):
        handler = _child(track, b"mdia", b"hdlr") if kind == b"trak" else None
        if handler is None or handler[8:12] != b"vide":
            continue
        table = _child(track, b"mdia", b"minf", b"stbl") or b""
        count = _number(_child(table, b"stsz") or _child(table, b"stz2"), 8)
        return count if count and _shown_whole(index, track, table, count) else None
    return None


def _shown_whole(index: bytes, track: bytes, table: bytes, count: int) -> bool:
    """Return whether the edit list, if any, shows the whole track: a trimmed track holds hidden frames."""
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
    """Return the ticks per second in a movie or media header; 0 if there is none."""
    return _number(header, 20 if header and header[0] else 12)


def _number(data: bytes | None, at: int) -> int:
    return int.from_bytes((data or b"")[at : at + 4], "big")
