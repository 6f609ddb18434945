"""Matroska and WebM: EBML elements (RFC 8794, RFC 9559). There is no count in them: the frames' heads are counted."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from capture.sources.video.containers.container import Container

_SEGMENT: Final = b"\x18\x53\x80\x67"
_TRACK: Final = b"\xae"
_TRACK_NUMBER, _TRACK_TYPE, _CODEC = b"\xd7", b"\x83", b"\x86"
_BLOCKS: Final = frozenset({b"\xa3", b"\xa1"})
# Segment, cluster, block group, tracks and track: what lies in them is walked as if it lay beside them.
_OPENED: Final = frozenset({_SEGMENT, b"\x1f\x43\xb6\x75", b"\xa0", b"\x16\x54\xae\x6b", _TRACK})
_VIDEO: Final = b"\x01"
# VP8 keeps reference pictures, which are never shown, in blocks of their own.
_HIDES_FRAMES: Final = b"V_VP8"
_LACED: Final = 0x06
_HEAD_BYTES: Final = 32
_MOST_ELEMENTS: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class Element:
    """One element of the file.

    kind: identifier; begin, end: of the contents, in bytes from the file's start, end None if left open;
    start: the first bytes of the contents.
    """

    kind: bytes
    begin: int
    end: int | None
    start: bytes


def read_matroska(file: BinaryIO, length: int) -> Container:
    """Count the frames, unless the file is damaged or was never closed, or its codec hides some.

    A recorder that was killed leaves the segment's size open, as a stream does, which ends at the end of an element.
    """
    tracks: list[dict[bytes, bytes]] = []
    frames, reached, promised = 0, 0, 0
    segment_end: int | None = None
    for element in _elements(file):
        reached = element.begin if element.kind in _OPENED else element.end or 0
        promised = max(promised, element.end or 0)
        if element.kind == _SEGMENT:
            segment_end = element.end
        elif element.kind == _TRACK:
            tracks.append({})
        elif tracks and element.kind in (_TRACK_NUMBER, _TRACK_TYPE, _CODEC) and element.end:
            tracks[-1][element.kind] = element.start[: element.end - element.begin]
        elif element.kind in _BLOCKS:
            frames += _frames(element.start, tracks)
        if segment_end is not None and not reached < segment_end <= length:
            break
    damaged = promised > length or reached != (length if segment_end is None else segment_end)
    counted = frames if segment_end is not None and not damaged else 0
    return Container("mkv", counted or None, damaged)


def _frames(block: bytes, tracks: list[dict[bytes, bytes]]) -> int:
    """Count the frames of the first video track in a block; 0 if its codec does not let them be counted."""
    video = next((track for track in tracks if track.get(_TRACK_TYPE) == _VIDEO), {})
    number = video.get(_TRACK_NUMBER, b"")
    if len(number) != 1 or len(block) < 5 or block[0] != 0x80 | number[0] or video.get(_CODEC) == _HIDES_FRAMES:
        return 0
    return block[4] + 1 if block[3] & _LACED else 1


def _elements(file: BinaryIO) -> Iterator[Element]:
    """Yield all elements in the file's order, until one makes no sense."""
    length, at = file.seek(0, os.SEEK_END), 0
    for _ in range(_MOST_ELEMENTS):
        if at >= length:  # a size may promise more than any file holds, or than the system can seek
            return
        file.seek(at)
        head = file.read(_HEAD_BYTES)
        id_length = _vint_length(head, 0)
        size_length = _vint_length(head, id_length)
        start = id_length + size_length
        if not id_length or not size_length or id_length > 4 or len(head) < start:
            return
        open_end = (1 << 7 * size_length) - 1
        size = int.from_bytes(head[id_length:start], "big") & open_end
        end = None if size == open_end else at + start + size
        kind = head[:id_length]
        yield Element(kind, at + start, end, head[start:])
        if kind not in _OPENED and end is None:
            return
        at = at + start if kind in _OPENED or end is None else end


def _vint_length(data: bytes, at: int) -> int:
    """Return a variable-size integer's length in bytes: leading zero bits of its first byte, plus one; 0 if none."""
    first = data[at] if at < len(data) else 0
    return 9 - first.bit_length() if first else 0
