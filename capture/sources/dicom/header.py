"""The header of a DICOM file: the elements that its pixels need, and none that tell of a patient."""

import io
import logging
import os
import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from capture.sources.dicom.frame_bytes import (
    FrameFragments,
    check_promised,
    encapsulated_frames,
    fragments,
    plain_frames,
)
from capture.sources.files import unreadable
from capture.sources.pictures.damage import DAMAGE
from stream.errors import SourceError

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_DEFLATED: Final = "1.2.840.10008.1.2.1.99"
_BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
UNCOMPRESSED: Final = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", _DEFLATED, _BIG_ENDIAN})
_DICOMDIR: Final = "1.2.840.10008.1.3.10"
_PIXEL_DATA: Final = 0x7FE00010
_UNDEFINED: Final = 0xFFFFFFFF
_NEEDED: Final = (
    "SOPClassUID", "SeriesInstanceUID", "InstanceNumber", "NumberOfFrames", "Rows", "Columns", "SamplesPerPixel",
    "PhotometricInterpretation", "PlanarConfiguration", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "RescaleSlope", "RescaleIntercept", "ModalityLUTSequence", "WindowCenter", "WindowWidth", "VOILUTFunction",
    "VOILUTSequence", "PresentationLUTShape", "RedPaletteColorLookupTableDescriptor",
    "GreenPaletteColorLookupTableDescriptor", "BluePaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableData", "BluePaletteColorLookupTableData", "PixelSpacing", "ImagerPixelSpacing",
    "NominalScannedPixelSpacing", "SequenceOfUltrasoundRegions", "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence", "FrameTime", "FrameTimeVector", "RecommendedDisplayFrameRate", "CineRate",
    "TotalPixelMatrixColumns", "TotalPixelMatrixRows", "ExtendedOffsetTable",
    "ConcatenationFrameOffsetNumber",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DicomHeader:
    """A DICOM file before its pixels are decoded.

    data: its elements. syntax: UID of its transfer syntax. big_endian: byte order of uncompressed samples.
    frames: where each frame lies, in the file, or in `inflated` if the file is compressed as a whole.
    """

    path: Path
    data: "Dataset"
    syntax: str
    big_endian: bool
    frames: tuple[FrameFragments, ...]
    inflated: bytes | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return int(self.data.Columns), int(self.data.Rows)

    def open(self) -> BinaryIO:
        """Open what holds the frames. Raises SourceError."""
        if self.inflated is not None:
            return io.BytesIO(self.inflated)
        try:
            return self.path.open("rb")
        except OSError as error:
            raise unreadable(self.path, error) from None


def read_dicom(path: Path) -> DicomHeader:
    """Read the header of a DICOM picture; no pixel is decoded. Raises SourceError."""
    pydicom = _pydicom()
    with explained_dicom(path), _parsed(), path.open("rb") as file:
        data = pydicom.dcmread(file, force=True, stop_before_pixels=True, specific_tags=list(_NEEDED))
        for _ in data.iterall():  # elements are taken apart here, not when they are first used
            pass
        _check_kind(path, data)
        syntax = str(getattr(data.file_meta, "TransferSyntaxUID", "1.2.840.10008.1.2"))
        if syntax == _DEFLATED:
            file.seek(0)
            pixels = pydicom.dcmread(file, force=True, specific_tags=["PixelData"]).PixelData
            frames = _frames(io.BytesIO(pixels), data, syntax, 0, len(pixels))
            return DicomHeader(path, data, syntax, False, tuple(frames), pixels)
        start, length = _pixel_place(file, data)
        frames = _frames(file, data, syntax, start, length)
        return DicomHeader(path, data, syntax, syntax == _BIG_ENDIAN, tuple(frames))


@contextmanager
def _parsed() -> Iterator[None]:
    """Turn pydicom's own errors, which quote what they could not read, into a ValueError."""
    from pydicom.errors import BytesLengthException, InvalidDicomError

    try:
        yield
    except (BytesLengthException, InvalidDicomError):
        raise ValueError("an element of DICOM cannot be read") from None


@contextmanager
def explained_dicom(path: Path) -> Iterator[None]:
    """Turn any damage that is met inside into a SourceError that names the file."""
    try:
        with warnings.catch_warnings():  # they quote what they warn of
            warnings.simplefilter("ignore")
            yield
    except SourceError as error:
        raise (error if str(path) in str(error) else SourceError(f"{path} {error}.")) from None
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise unreadable(path, error) from None
        raise SourceError(f"{path} is damaged or no DICOM file.") from None


def _pydicom() -> ModuleType:
    try:
        import pydicom
    except ImportError:
        raise SourceError("DICOM needs pydicom: pip install capillary-stream[dicom]") from None
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    # A value that is not as the standard wants it may be a patient's name: no warning may quote it.
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    return pydicom


def _check_kind(path: Path, data: Any) -> None:
    """Raise SourceError if the file is a DICOMDIR, or holds no picture."""
    kind = str(data.get("SOPClassUID", "") or getattr(data.file_meta, "MediaStorageSOPClassUID", ""))
    if kind == _DICOMDIR:
        raise SourceError(f"{path} is a DICOMDIR, a table of contents; give the folder with the pictures instead.")
    if not data.get("Rows") or not data.get("Columns"):
        from pydicom.uid import UID

        name = f" ({UID(kind).name})" if kind and UID(kind).name != kind else ""
        raise SourceError(f"{path} is no DICOM file, or holds no picture{name}. Give a DICOM file with pixels.")


def _pixel_place(file: BinaryIO, data: Any) -> tuple[int, int]:
    """Return where the pixels begin, and their length up to the file's end; the file stands before that element."""
    implicit, little = data.original_encoding
    order = "<" if little else ">"
    head = file.read(12)
    group, element = struct.unpack(f"{order}HH", head[:4]) if len(head) == 12 else (0, 0)
    if (group << 16 | element) != _PIXEL_DATA:
        raise SourceError("holds no pixels; it is cut off, or its numbers are no picture")
    start = file.tell() - 4 if implicit else file.tell()
    (length,) = struct.unpack(f"{order}I", head[4:8] if implicit else head[8:12])
    there = os.fstat(file.fileno()).st_size - start
    return start, there if length == _UNDEFINED else min(length, there)


def _frames(file: BinaryIO, data: Any, syntax: str, start: int, length: int) -> Sequence[FrameFragments]:
    promised = check_promised(int(data.get("NumberOfFrames") or 1))
    if syntax in UNCOMPRESSED:
        return plain_frames(start, length, frame_bytes(data), promised)
    table, parts = fragments(file, start, start + length)
    extended = data.get("ExtendedOffsetTable")
    if extended:
        table = list(struct.unpack(f"<{len(extended) // 8}Q", extended[: len(extended) // 8 * 8]))
    return encapsulated_frames(file, table, parts, promised)


def frame_bytes(data: Any) -> int:
    """Return the bytes of an uncompressed frame. Raises SourceError if there are none."""
    samples = int(data.get("SamplesPerPixel", 1))
    if data.get("PhotometricInterpretation") == "YBR_FULL_422":
        samples = 2
    count = int(data.Rows) * int(data.Columns) * samples * (int(data.get("BitsAllocated", 8)) // 8)
    if count < 1:
        raise SourceError("holds no picture of 8 or 16 bits")
    return count
