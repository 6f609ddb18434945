"""The bytes of a TIFF page without compression: its strips or tiles behind each other (TIFF 6.0).

Deflate is undone by zlib; other compressions by libtiff, which Pillow brings: the strips are given to it as a picture
of single bytes. So every arrangement of samples is laid out in one place (`tiff_samples`), and no library's reading of
that arrangement is relied on.
"""

import io
import struct
import zlib
from itertools import accumulate
from typing import Any, BinaryIO, Final

from PIL import Image

from capture.sources.pictures.wholeness.libtiff import hush_libtiff
from stream.errors import SourceError

_NONE: Final = 1
_DEFLATE: Final = frozenset({8, 32946})
_PACK_BITS: Final = 32773
_PIECE_BYTES: Final = 1 << 16
_BY_LIBTIFF: Final = {5: "LZW", _PACK_BITS: "PackBits", 34925: "LZMA", 50000: "Zstandard"}
READABLE: Final = frozenset({_NONE}) | _DEFLATE | _BY_LIBTIFF.keys()
"""Compressions of bytes, which say nothing of samples."""


def plain_bytes(file: BinaryIO, page: Any, shift: int, lines: list[int], line_bytes: int) -> bytes:
    """Return the bytes of all strips or tiles, one behind the other.

    page: a tifffile page. shift: how far behind the page's own the bytes lie. lines: lines of each strip or tile, of
    `line_bytes` each. Their compression is one of READABLE. Raises SourceError if bytes are missing.
    """
    offsets, counts = list(page.dataoffsets), list(page.databytecounts)
    if (
        page.compression == _NONE
        and offsets
        and all(here + one == there for here, one, there in zip(offsets, counts, offsets[1:], strict=False))
    ):  # also if the counts are wrong, as those of ImageJ beyond 4 GB
        return _read(file, offsets[0] + shift, sum(lines) * line_bytes)
    if len(offsets) != len(lines) or len(counts) != len(lines):
        raise SourceError(f"is damaged: it has {len(offsets)} strips or tiles instead of {len(lines)}")
    raw = [_read(file, offset + shift, count) for offset, count in zip(offsets, counts, strict=True)]
    if page.compression == _NONE:
        return b"".join(_at_least(one, wanted * line_bytes) for one, wanted in zip(raw, lines, strict=True))
    if page.compression in _DEFLATE:
        return b"".join(_inflated(one, wanted * line_bytes) for one, wanted in zip(raw, lines, strict=True))
    return _by_libtiff(raw, lines, line_bytes, page.compression)


def _read(file: BinaryIO, offset: int, count: int) -> bytes:
    file.seek(offset)
    data = file.read(count) if offset > 0 else b""
    if len(data) < count or count <= 0:
        raise SourceError("is damaged or was cut off: pixels are missing")
    return data


def _at_least(data: bytes, wanted: int) -> bytes:
    if len(data) < wanted:
        raise SourceError("is damaged: pixels are missing")
    return data[:wanted]


def _inflated(data: bytes, wanted: int) -> bytes:
    """Undo Deflate up to its end, which is a checksum of all before it (RFC 1950, 2.2)."""
    stream = zlib.decompressobj()
    plain = _at_least(stream.decompress(data, wanted), wanted)
    while not stream.eof and stream.unconsumed_tail:  # a last strip may hold lines beyond the picture
        stream.decompress(stream.unconsumed_tail, _PIECE_BYTES)
    if not stream.eof:
        raise SourceError("is damaged: compressed pixels have no end")
    return plain


def unpack_bits(data: bytes, count: int) -> bytes:
    """Return `count` bytes of a run-length code (PackBits, TIFF 6.0 section 9; of DICOM too, PS3.5 annex G.3).

    Raises OSError if there are fewer.
    """
    return _by_libtiff([data], [1], count, _PACK_BITS)


def _by_libtiff(raw: list[bytes], lines: list[int], line_bytes: int, compression: int) -> bytes:
    """Undo a compression of bytes; strips of equal height go together, which is quicker."""
    plain, at = [], 0
    while at < len(raw):
        end = at + 1
        while end < len(raw) and lines[end - 1] == lines[at] >= lines[end]:  # only the last one may be lower
            end += 1
        hush_libtiff()
        with Image.open(io.BytesIO(_tiff_of_bytes(raw[at:end], lines[at:end], line_bytes, compression))) as image:
            plain.append(image.tobytes())
        at = end
    return b"".join(plain)


def _tiff_of_bytes(strips: list[bytes], lines: list[int], line_bytes: int, compression: int) -> bytes:
    """Return a TIFF of 8-bit grey whose strips are these."""
    body = 8 + 2 + 9 * 12 + 4
    places = body + 8 * len(strips)
    offsets = list(accumulate(map(len, strips[:-1]), initial=places))
    several = len(strips) > 1
    tags = [
        (256, 4, 1, line_bytes),
        (257, 4, 1, sum(lines)),
        (258, 3, 1, 8),
        (259, 3, 1, compression),
        (262, 3, 1, 1),
        (273, 4, len(strips), body if several else offsets[0]),
        (277, 3, 1, 1),
        (278, 4, 1, lines[0]),
        (279, 4, len(strips), body + 4 * len(strips) if several else len(strips[0])),
    ]
    directory = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    tables = struct.pack(f"<{2 * len(strips)}I", *offsets, *map(len, strips))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + directory + bytes(4) + tables + b"".join(strips)
