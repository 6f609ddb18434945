"""A page of TIFF that consists of JPEGs: each strip or tile is one, their tables lie apart (TIFF Technical Note 2)."""

import math
from typing import Any, BinaryIO, Final

import numpy as np

from capture.sources.jpeg import ADOBE, decode_jpeg, whole_jpeg
from stream.errors import FrameError, SourceError
from stream.protocol.contracts import Pixels

_YCBCR: Final = 6
_END_BYTES: Final = 2


def write_jpeg_page(file: BinaryIO, page: Any, out: Pixels) -> None:
    """Write a page of 8 bits, planes together, into `out`, (height, width, 3) uint8 BGR.

    Raises SourceError, without its subject, if a part of it is missing or damaged.
    """
    height, width = out.shape[:2]
    part_width, part_height = (page.tilewidth, page.tilelength) if page.is_tiled else (width, page.rowsperstrip)
    across, down = math.ceil(width / max(1, part_width)), math.ceil(height / max(1, part_height))
    if len(page.dataoffsets) != across * down or len(page.databytecounts) != across * down:
        raise SourceError(f"is damaged: it has {len(page.dataoffsets)} strips or tiles instead of {across * down}")
    before = _before_each(page)
    for number, (offset, count) in enumerate(zip(page.dataoffsets, page.databytecounts, strict=True)):
        file.seek(offset)
        part = _decoded(before + file.read(count)[_END_BYTES:])
        left, top = number % across * part_width, number // across * part_height
        wanted = min(part_height, height - top), min(part_width, width - left)
        if part.shape[0] < wanted[0] or part.shape[1] < wanted[1]:
            raise SourceError("is damaged: pixels are missing")
        out[top : top + wanted[0], left : left + wanted[1]] = part[: wanted[0], : wanted[1]]


def _before_each(page: Any) -> bytes:
    """Return what stands before each part: a start marker, which colours they are, and the tables."""
    colours = ADOBE + bytes([page.photometric == _YCBCR]) if page.samplesperpixel > 1 else b""
    tables = page.jpegtables or b""
    return b"\xff\xd8" + colours + tables[_END_BYTES:-_END_BYTES]


def _decoded(data: bytes) -> Pixels:
    try:
        jpeg = whole_jpeg(data, padded=True)
        pixels: Pixels = np.empty((jpeg.height, jpeg.width, 3), np.uint8)
        decode_jpeg(jpeg, pixels)
    except FrameError as error:
        raise SourceError(f"is damaged: {str(error).rstrip('.')}") from None
    return pixels
