"""The samples of a TIFF page as an array, and as 8-bit BGR (TIFF 6.0 sections 3 to 6, 14, 15)."""

import math
from typing import Any, BinaryIO, Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from capture.sources.pictures.tiff_segments import READABLE, plain_bytes
from capture.sources.pixel_formats import to_eight_bits
from stream.errors import SourceError
from stream.protocol.contracts import Pixels

PageSamples = npt.NDArray[np.uint16] | npt.NDArray[np.uint8]

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR = 0, 1, 2, 3, 5, 6
_COLOURS: Final = {_WHITE_IS_ZERO: 1, _BLACK_IS_ZERO: 1, _RGB: 3, _PALETTE: 1, _CMYK: 4, _YCBCR: 3}
"""PageSamples that make a colour; what a page has beyond them is transparency and the like."""
_MAX_SAMPLES: Final = 6
_HORIZONTAL: Final = 2
JPEG_PARTS: Final = 7
JPEG: Final = frozenset({6, JPEG_PARTS})
"""Compressions that are pictures themselves: a JPEG in each strip or tile, or in the old kind spread over tags."""


def check_page(page: Any) -> None:
    """Raise SourceError, a sentence without its subject, if a page's pixels are of a kind that is not read here."""
    if page.sampleformat not in (1, 4):
        raise SourceError(f"holds {page.bitspersample}-bit numbers, not a picture; save it as 8 or 16 bits per channel")
    if not isinstance(page.bitspersample, int) or page.bitspersample > 16:
        raise SourceError(f"holds {page.bitspersample}-bit numbers, not a picture; save it as 8 or 16 bits per channel")
    needed = _COLOURS.get(page.photometric)
    if needed is None or (page.photometric == _YCBCR and page.compression not in JPEG):
        raise SourceError(
            f"has colours of a kind that is not read here (PhotometricInterpretation {int(page.photometric)}); save it "
            "as RGB"
        )
    if page.compression not in READABLE | JPEG:
        raise SourceError(f"is compressed in a way that is not read here ({page.compression}); save it uncompressed")
    if page.imagedepth > 1:
        raise SourceError("holds volumes instead of pictures; save its slices as pages")
    if page.fillorder != 1:
        raise SourceError("has its bits in reverse order (FillOrder 2); save it again")
    extra = page.samplesperpixel - needed
    if extra < 0 or page.samplesperpixel > _MAX_SAMPLES or (extra > len(page.extrasamples) and not page.is_lsm):
        raise SourceError(
            f"holds {page.samplesperpixel} channels that are not red, green and blue; save the one to be measured alone"
        )


def write_page(file: BinaryIO, page: Any, shift: int, bits: int | None, out: Pixels) -> None:
    """Write a page's pixels into `out`, (height, width, 3) uint8 BGR, before it is turned. Raises SourceError.

    The page has passed `check_page`.
    """
    samples = read_samples(file, page, shift)
    depth = _depth(page, bits)
    if page.photometric == _PALETTE:
        _write_palette(samples[..., 0], page, out)
        return
    if page.bitspersample > 8:
        eight = to_eight_bits(samples.astype(np.uint16, copy=False), depth)
    else:
        eight = (samples.astype(np.uint16) * 255 // (2**page.bitspersample - 1)).astype(np.uint8)
    if page.photometric == _RGB or (page.is_lsm and page.samplesperpixel == 3):
        cv2.cvtColor(np.ascontiguousarray(eight[..., :3]), cv2.COLOR_RGB2BGR, dst=out)
    elif page.photometric == _CMYK:
        ink = Image.fromarray(np.ascontiguousarray(eight[..., :4]), "CMYK")
        cv2.cvtColor(np.asarray(ink.convert("RGB")), cv2.COLOR_RGB2BGR, dst=out)
    else:
        grey = np.ascontiguousarray(eight[..., 0])
        cv2.cvtColor(255 - grey if page.photometric == _WHITE_IS_ZERO else grey, cv2.COLOR_GRAY2BGR, dst=out)


def _depth(page: Any, bits: int | None) -> int:
    if bits is not None and page.bitspersample <= 8:
        raise SourceError(f"holds {page.bitspersample} bits per channel, so bits={bits} means nothing for it")
    return bits or int(page.bitspersample)


def read_samples(file: BinaryIO, page: Any, shift: int = 0) -> PageSamples:
    """Return a page's samples as they are stored: (height, width, samples), uint8 or uint16. Raises SourceError."""
    height, width, samples, bits = page.imagelength, page.imagewidth, page.samplesperpixel, page.bitspersample
    planes, together = (samples, 1) if page.planarconfig == 2 and samples > 1 else (1, samples)
    tiled = page.is_tiled
    part_width, part_height = (page.tilewidth, page.tilelength) if tiled else (width, min(page.rowsperstrip, height))
    if part_width < 1 or part_height < 1 or part_width * part_height > 4 * (width + 4096) * (height + 4096):
        raise SourceError(f"is damaged: its strips or tiles are {part_width}x{part_height}")
    across, down = math.ceil(width / part_width), math.ceil(height / part_height)
    lines = [part_height] * (across * down * planes)
    if not tiled:
        lines[down - 1 :: down] = [height - (down - 1) * part_height] * planes
    line_bytes = (part_width * together * bits + 7) // 8
    plain = np.frombuffer(plain_bytes(file, page, shift, lines, line_bytes), np.uint8)
    numbers = _numbers(plain.reshape(sum(lines), line_bytes), part_width * together, bits, page.parent.byteorder)
    numbers = numbers.reshape(-1, part_width, together)
    if page.predictor == _HORIZONTAL:
        numbers = numbers.copy()  # bytes are read-only
        np.cumsum(numbers, axis=1, dtype=numbers.dtype, out=numbers)
    elif page.predictor != 1:
        raise SourceError(f"has a predictor that is not read here ({page.predictor}); save it uncompressed")
    if tiled:
        parts = numbers.reshape(planes, down, across, part_height, part_width, together).transpose(0, 1, 3, 2, 4, 5)
        numbers = parts.reshape(planes, down * part_height, across * part_width, together)[:, :height, :width]
    else:
        numbers = numbers.reshape(planes, height, width, together)
    return numbers[0] if planes == 1 else np.moveaxis(numbers[..., 0], 0, -1)


def _numbers(lines: npt.NDArray[np.uint8], count: int, bits: int, order: str) -> PageSamples:
    """Return (lines, count) numbers; those of other than 8 and 16 bits are packed, the highest bit first."""
    if bits == 8:
        return lines
    if bits == 16:
        return lines.view(f"{order}u2").astype(np.uint16, copy=False)
    single = np.unpackbits(lines, axis=1, count=count * bits).reshape(len(lines), count, bits)
    numbers = np.zeros((len(lines), count), np.uint16)
    for bit in range(bits):
        numbers <<= 1
        numbers |= single[..., bit]
    return numbers if bits > 8 else numbers.astype(np.uint8)


def _write_palette(indices: PageSamples, page: Any, out: Pixels) -> None:
    colours = np.asarray(page.colormap, np.uint16)  # (3, 2**bits), 16 bits each
    if colours.ndim != 2 or colours.shape != (3, 2**page.bitspersample):
        raise SourceError("is damaged: its table of colours is missing")
    table = (colours >> 8 if colours.max() > 255 else colours).astype(np.uint8)  # old programs wrote 8 bits
    out[:] = table[::-1].T[indices]
