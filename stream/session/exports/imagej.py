"""Outlines as ImageJ ROIs: a ZIP file for its ROI Manager, one polygon for each outline, on its slice of the stack.

The format is that of ImageJ's `ij.io.RoiEncoder` and `RoiDecoder`: big-endian, a header of 64 bytes, the corners
relative to the upper left one, a second header of 64 bytes, and the name in UTF-16.
"""

import re
import struct
import zipfile
from pathlib import Path
from typing import Final

from stream.console.text import counted
from stream.session.archive import Archive
from stream.session.exports.outlines import OutlinePoints, outlines_of

_VERSION: Final = 227
_POLYGON: Final = 0
_HEADER: Final = struct.Struct(">4shBx4hH38xII")
"""Magic, version, type; top, left, bottom, right; corners; …; position (slice of the stack, from 1); second header."""
_SECOND_HEADER: Final = struct.Struct(">4x3III40x")
"""Channel, slice, frame of a hyperstack (0: none); offset and length of the name."""


def write(archive: Archive, path: Path) -> str:
    """Write all outlines as a ZIP file of ROIs, and say how many. Raises UsageError, OutputError, OSError."""
    rois = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for frame in outlines_of(archive):
            capillaries = [("capillary", polygon) for polygon, _ in frame.capillaries]
            for number, (name, polygon) in enumerate([*capillaries, *frame.objects], 1):
                roi_name = f"{frame.seq:06d}-{number:03d}-{name}"
                file_name = re.sub(r"[^\w-]+", "-", roi_name)  # a stranger's session may hold a path as a name
                file.writestr(f"{file_name}.roi", roi(polygon, roi_name, frame.seq + 1))
                rois += 1
    return counted(rois, "outline")


def roi(polygon: OutlinePoints, name: str, position: int) -> bytes:
    """Return a polygon as the bytes of a .roi file; position: slice of the stack, from 1."""
    left, top = polygon.min(axis=0).tolist()
    right, bottom = polygon.max(axis=0).tolist()
    corners: bytes = (polygon - (left, top)).T.astype(">i2").tobytes()
    second = 64 + len(corners)
    encoded = name.encode("utf-16-be")
    header = _HEADER.pack(b"Iout", _VERSION, _POLYGON, top, left, bottom, right, len(polygon), position, second)
    after = _SECOND_HEADER.pack(0, 0, 0, second + 64, len(name))
    return b"".join((header, corners, after, encoded))
