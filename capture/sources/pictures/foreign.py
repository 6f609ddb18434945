"""Formats of pictures that are not read here, known by their first bytes or their suffix, and what to do with them."""

from pathlib import Path
from typing import Final

from stream.errors import SourceError

_BY_START: Final = (
    (0, b"\x0a\xbe\xce\xda", "a Nikon ND2 file"),
    (0, b"ZISRAWFILE", "a Zeiss CZI file"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Olympus OIB, Zeiss ZVI or other OLE2 file"),
    (0, b"\x70\x00\x00\x00", "a Leica LIF file"),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file (Imaris IMS and others)"),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"\x76\x2f\x31\x01", "an OpenEXR file"),
    (0, b"SIMPLE  =", "a FITS file"),
    (0, b"%PDF", "a PDF file"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (16, b"ftypjp2 ", "a JPEG 2000 picture"),
    (16, b"ftypjpx ", "a JPEG 2000 picture"),
    (16, b"ftypjpm ", "a JPEG 2000 picture"),
    (4, b"RED1", "a raw recording of a RED camera"),
    (4, b"RED2", "a raw recording of a RED camera"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"II\xbc", "a JPEG XR picture"),
    (4, b"ftypheic", "a HEIC picture"),
    (4, b"ftypheix", "a HEIC picture"),
    (4, b"ftyphevc", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIF picture"),
    (4, b"ftypmsf1", "a HEIF picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftypavis", "an AVIF picture"),
    (128, b"DICM", "a DICOM file; name it dicom:FILE"),
)
_START_BYTES: Final = 132

# Some of these are TIFF inside, but with pixels elsewhere or straight from a sensor: their suffix decides.
_BY_SUFFIX: Final = {
    ".heic": "a HEIC picture",
    ".heif": "a HEIF picture",
    ".avif": "an AVIF picture",
    ".jxl": "a JPEG XL picture",
    ".jp2": "a JPEG 2000 picture",
    ".j2k": "a JPEG 2000 picture",
    ".jxr": "a JPEG XR picture",
    ".nd2": "a Nikon ND2 file",
    ".czi": "a Zeiss CZI file",
    ".zvi": "a Zeiss ZVI file",
    ".oib": "an Olympus OIB file",
    ".oif": "an Olympus OIF file",
    ".oir": "an Olympus OIR file",
    ".vsi": "an Olympus VSI file, whose pixels lie in .ets files beside it",
    ".ets": "a part of an Olympus VSI file",
    ".lif": "a Leica LIF file",
    ".lof": "a Leica LOF file",
    ".ims": "an Imaris file",
    ".stk": "a MetaMorph STK file",
    ".svs": "an Aperio whole slide",
    ".ndpi": "a Hamamatsu whole slide",
    ".scn": "a Leica whole slide",
    ".mrxs": "a Mirax whole slide",
    ".dng": "a raw picture of a camera",
    ".nef": "a raw picture of a camera",
    ".cr2": "a raw picture of a camera",
    ".cr3": "a raw picture of a camera",
    ".arw": "a raw picture of a camera",
    ".orf": "a raw picture of a camera",
    ".raf": "a raw picture of a camera",
    ".rw2": "a raw picture of a camera",
    ".psd": "a Photoshop file",
    ".exr": "an OpenEXR file",
    ".fits": "a FITS file",
    ".pdf": "a PDF file",
    ".r3d": "a raw recording of a RED camera",
    ".svg": "an SVG drawing",
}
FOREIGN_SUFFIXES: Final = frozenset(_BY_SUFFIX)


def refuse_foreign(path: Path) -> None:
    """Raise SourceError, with the name of the format and what to export, if the file is of one that is not read."""
    name = _BY_SUFFIX.get(path.suffix.lower()) or foreign(path)
    if name is not None:
        raise SourceError(
            f"{path} is {name}. It cannot be read here: export it as TIFF or PNG without changing its values "
            "(single channel or colour), from the program that made it or from ImageJ with Bio-Formats."
        )


def foreign(path: Path) -> str | None:
    """Return the name of the format that the first bytes show, if it is one that is not read; else None."""
    try:
        with path.open("rb") as file:
            start = file.read(_START_BYTES)
    except OSError:
        return None
    return next((name for at, magic, name in _BY_START if start[at : at + len(magic)] == magic), None)
