"""The samples of one DICOM frame, by its transfer syntax (PS3.5 section 8.2 and annex A.4).

JPEG by libjpeg, RLE by libtiff; lossless JPEG, JPEG-LS and JPEG 2000 by FFmpeg through PyAV, which gives
samples of more than 8 bits in the upper bits of 16.
"""

import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import av
import numpy as np
import numpy.typing as npt

from capture.sources.dicom.header import UNCOMPRESSED
from capture.sources.jpeg import ADOBE, decode_jpeg, whole_jpeg
from capture.sources.pictures.tiff_segments import unpack_bits
from stream.errors import SourceError

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

FrameSamples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
"""(height, width, samples); of Y'CbCr in the order of the standard."""

_RLE: Final = "1.2.840.10008.1.2.5"
_JPEG: Final = frozenset({"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"})
_BY_FFMPEG: Final = {
    "1.2.840.10008.1.2.4.57": "mjpeg",  # lossless JPEG, process 14
    "1.2.840.10008.1.2.4.70": "mjpeg",  # the same, first-order prediction
    "1.2.840.10008.1.2.4.80": "jpegls",
    "1.2.840.10008.1.2.4.81": "jpegls",
    "1.2.840.10008.1.2.4.90": "jpeg2000",
    "1.2.840.10008.1.2.4.91": "jpeg2000",
}
_MULTI_BYTE: Final = {"gray": "gray", "gray16le": "gray16le", "rgb24": "rgb24", "rgb48le": "rgb48le", "bgr24": "rgb24"}
_PLANES: Final = frozenset({"yuv444p", "yuvj444p"})
_COLOUR_MODES: Final = frozenset({"RGB", "YCbCr"})
_SOF_MARKERS: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xF7})


def check_syntax(syntax: str) -> None:
    """Raise SourceError, without its subject, if a transfer syntax cannot be decoded."""
    if syntax not in UNCOMPRESSED and syntax != _RLE and syntax not in _JPEG and syntax not in _BY_FFMPEG:
        from pydicom.uid import UID

        raise SourceError(f"is compressed in a way that is not read here ({UID(syntax).name}); save it uncompressed")


def decode_frame(raw: bytes, data: "Dataset", syntax: str, big_endian: bool) -> tuple[FrameSamples, bool]:
    """Return a frame's samples, and whether its decoder made RGB of them already. Raises SourceError and DAMAGE."""
    if syntax in UNCOMPRESSED:
        return _uncompressed(raw, data, big_endian), False
    if syntax == _RLE:
        return _run_lengths(raw, data), False
    if syntax in _JPEG:
        return _jpeg(raw, str(data.get("PhotometricInterpretation", "")))
    return _by_ffmpeg(raw, _BY_FFMPEG[syntax])


def _uncompressed(raw: bytes, data: Any, big_endian: bool) -> FrameSamples:
    rows, columns, samples = int(data.Rows), int(data.Columns), int(data.get("SamplesPerPixel", 1))
    if int(data.BitsAllocated) == 8:
        numbers: FrameSamples = np.frombuffer(raw, np.uint8)
    else:
        numbers = np.frombuffer(raw, ">u2" if big_endian else "<u2").astype(np.uint16, copy=False)
    if data.get("PhotometricInterpretation") == "YBR_FULL_422":  # Y Y Cb Cr, PS3.3 C.7.6.3.1.2
        pairs = numbers.reshape(rows, columns // 2, 4)
        ycc = np.empty((rows, columns, 3), numbers.dtype)
        ycc[..., 0] = pairs[..., :2].reshape(rows, columns)
        ycc[..., 1:] = np.repeat(pairs[..., 2:], 2, axis=1)
        return ycc
    if samples > 1 and data.get("PlanarConfiguration") == 1:
        return np.moveaxis(numbers.reshape(samples, rows, columns), 0, -1)
    return numbers.reshape(rows, columns, samples)


def _run_lengths(raw: bytes, data: Any) -> FrameSamples:
    """Undo RLE: a segment per byte of each sample, the upper one first (PS3.5 annex G)."""
    rows, columns, samples = int(data.Rows), int(data.Columns), int(data.get("SamplesPerPixel", 1))
    depth = int(data.BitsAllocated) // 8
    count, *offsets = struct.unpack("<16I", raw[:64])
    if count != samples * depth:
        raise SourceError(f"is damaged: it has {count} segments instead of {samples * depth}")
    bounds = [*offsets[:count], len(raw)]
    planes = [np.frombuffer(unpack_bits(raw[low:high], rows * columns), np.uint8) for low, high in pairwise(bounds)]
    if depth == 1:
        return np.dstack(planes).reshape(rows, columns, samples)
    words = [planes[at].astype(np.uint16) << 8 | planes[at + 1] for at in range(0, count, 2)]
    return np.dstack(words).reshape(rows, columns, samples)


def _jpeg(raw: bytes, photometric: str) -> tuple[FrameSamples, bool]:
    """Decode baseline JPEG. Raises FrameError if anything of it is missing or damaged."""
    markers = dict(_markers(raw))
    sof = next((body for marker, body in markers.items() if marker in _SOF_MARKERS), b"")
    if not sof or sof[0] != 8:
        raise SourceError(
            f"is JPEG of {sof[0] if sof else 'unknown'} bits, which is not read here; save it uncompressed"
        )
    if not markers.keys() & {0xE0, 0xEE} and sof[5] == 3:  # no JFIF and no Adobe marker says which colours: DICOM does
        raw = raw[:2] + ADOBE + (b"\0" if photometric == "RGB" else b"\1") + raw[2:]
    if sof[5] not in (1, 3):
        raise SourceError(f"is JPEG of {sof[5]} colours, which is not read here; save it as RGB")
    jpeg = whole_jpeg(raw, padded=True)
    pixels = np.empty((jpeg.height, jpeg.width, 3), np.uint8)
    decode_jpeg(jpeg, pixels)
    return (pixels[..., :1], False) if sof[5] == 1 else (pixels[..., ::-1], True)


def _by_ffmpeg(raw: bytes, codec: str) -> tuple[FrameSamples, bool]:
    depth = _precision(raw, codec)
    context: Any = av.CodecContext.create(codec, "r")
    context.options = {"err_detect": "explode"}
    context.thread_count = 1
    try:
        frames = context.decode(av.Packet(raw)) or context.decode(None)
    except av.FFmpegError:
        raise SourceError("is damaged, or of a kind that is not read here") from None
    if not frames or frames[0].is_corrupt:
        raise SourceError("is damaged")
    frame = frames[0]
    name = frame.format.name
    if name in _PLANES:
        return np.moveaxis(frame.to_ndarray(), 0, -1), False
    if name not in _MULTI_BYTE:
        raise SourceError(f"has samples of a kind that is not read here ({name}); save it uncompressed")
    pixels = frame.to_ndarray() if name != "bgr24" else frame.to_ndarray()[..., ::-1]
    pixels = pixels.reshape(pixels.shape[0], pixels.shape[1], -1)
    if pixels.dtype == np.uint16:
        pixels = pixels >> (16 - depth)
    elif depth < 8:
        pixels = pixels >> (8 - depth)
    return pixels, False


def _precision(raw: bytes, codec: str) -> int:
    """Return bits per sample of the compressed picture itself. Raises SourceError if it holds signed samples."""
    if codec == "jpeg2000":
        at = raw.find(b"\xff\x51")  # SIZ, ISO 15444-1 A.5.1
        size = raw[at + 40] if 0 <= at < len(raw) - 40 else 0x80
        if size & 0x80:
            raise SourceError("is JPEG 2000 with signed samples, which is not read here; save it uncompressed")
        return size + 1
    sof = next((body for marker, body in _markers(raw) if marker in _SOF_MARKERS), b"")
    if not sof or not 2 <= sof[0] <= 16:
        raise SourceError("is damaged")
    return sof[0]


def _markers(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each marker before the pixels of a JPEG, and its body (ISO 10918-1 B.1.1)."""
    at = 2
    while at + 4 <= len(raw) and raw[at] == 0xFF:
        if raw[at + 1] == 0xFF:
            at += 1
            continue
        length = int.from_bytes(raw[at + 2 : at + 4], "big")
        yield raw[at + 1], raw[at + 4 : at + 2 + length]
        if raw[at + 1] == 0xDA:
            return
        at += 2 + max(2, length)
