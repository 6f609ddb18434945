"""Where the bytes of each frame lie in a DICOM file, and which are missing (PS3.5 section 8 and annex A.4)."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from stream.errors import SourceError

_ITEM: Final = b"\xfe\xff\x00\xe0"
_STARTS: Final = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  ")  # JPEG and JPEG-LS, JPEG 2000
_MAX_FRAMES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Fragment:
    """Bytes of a file. item: where the item that holds them begins. start, length: the bytes themselves."""

    item: int
    start: int
    length: int


FrameFragments = tuple[Fragment, ...]
"""The fragments of a frame; none if it is not in the file."""


def check_promised(frames: int) -> int:
    """Return the number of frames that a file claims. Raises SourceError, without its subject, if it cannot be."""
    if not 1 <= frames <= _MAX_FRAMES:
        raise SourceError(f"is damaged: it claims {frames} frames")
    return frames


def plain_frames(start: int, length: int, frame_bytes: int, promised: int) -> list[FrameFragments]:
    """Return the frames of uncompressed pixels: as many as are promised, or as there are, if these are more."""
    count = max(promised, min(length // frame_bytes, _MAX_FRAMES))
    places = (start + number * frame_bytes for number in range(count))
    return [(Fragment(place, place, frame_bytes),) for place in places]


def fragments(file: BinaryIO, start: int, end: int) -> tuple[list[int], list[Fragment]]:
    """Return the basic offset table, and the fragments of encapsulated pixels as far as there are any."""
    found: list[Fragment] = []
    at = start
    while at + 8 <= end:
        file.seek(at)
        head = file.read(8)
        if len(head) < 8 or head[:4] != _ITEM:
            break
        (length,) = struct.unpack("<I", head[4:])
        found.append(Fragment(at, at + 8, length))
        at += 8 + length
    if not found:
        return [], []
    table = found[0]
    file.seek(table.start)
    data = file.read(min(table.length, max(0, end - table.start)))
    return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])), found[1:]


def encapsulated_frames(
    file: BinaryIO, table: Sequence[int], parts: list[Fragment], promised: int
) -> list[FrameFragments]:
    """Return the fragments of each frame; frames that are promised and not there have none.

    table: offsets of frames, from the first fragment's item. A table that names no fragment's place is not believed:
    then a frame begins with each start of a picture; or is a fragment, if pictures have no start that is known.
    """
    groups = _by_table(table, parts)
    if groups is None:
        groups = _by_starts(file, parts)
    return groups + [()] * (promised - len(groups))


def _by_table(table: Sequence[int], parts: list[Fragment]) -> list[FrameFragments] | None:
    if not table or not parts or table[0] != 0 or list(table) != sorted(set(table)):
        return None
    first = parts[0].item
    places = {part.item - first for part in parts}
    if any(offset not in places for offset in table if offset <= parts[-1].item - first):
        return None
    bounds = [*table, max(table[-1], parts[-1].item - first) + 1]
    return [
        tuple(part for part in parts[low:high])
        for low, high in zip(_positions(parts, bounds[:-1]), _positions(parts, bounds[1:]), strict=True)
    ]


def _positions(parts: list[Fragment], offsets: Sequence[int]) -> list[int]:
    """Return for each offset how many fragments lie before it; both ascend."""
    positions, at = [], 0
    for offset in offsets:
        while at < len(parts) and parts[at].item - parts[0].item < offset:
            at += 1
        positions.append(at)
    return positions


def _by_starts(file: BinaryIO, parts: list[Fragment]) -> list[FrameFragments]:
    starts = []
    for part in parts:
        file.seek(part.start)
        starts.append(file.read(8).startswith(_STARTS))
    groups: list[list[Fragment]] = []
    for part, begins in zip(parts, starts, strict=True):
        if begins or not groups or not any(starts):
            groups.append([part])
        else:
            groups[-1].append(part)
    return [tuple(group) for group in groups]


def read_frame(file: BinaryIO, frame: FrameFragments) -> bytes:
    """Return a frame's bytes. Raises SourceError, without its subject, if they are not all there."""
    if not frame:
        raise SourceError("is not in the file: it is damaged or was cut off")
    data = []
    for part in frame:
        file.seek(part.start)
        data.append(file.read(part.length))
        if len(data[-1]) < part.length:
            raise SourceError("is not whole: the file is damaged or was cut off")
    return b"".join(data)
