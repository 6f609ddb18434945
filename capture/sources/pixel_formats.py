"""Raw pixels of cameras and files, by the names of GenICam's Pixel Format Naming Convention (PFNC 2.4), as BGR. Pure.

The rule for depth: of a sample of more than 8 bits the upper 8 are kept, value >> (bits - 8). A Bayer mosaic is brought
to 8 bits first and then interpolated by OpenCV. Y'CbCr is of full range and BT.601 unless its name says 601 or 709,
which are of studio range (PFNC 2.4, "Color spaces").
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.errors import FrameError, SourceError
from stream.protocol.contracts import Pixels

Bytes = npt.NDArray[np.uint8]
"""Raw bytes, of any shape."""


def to_eight_bits(samples: npt.NDArray[np.uint16], bits: int) -> Bytes:
    """Return the upper 8 of the lowest `bits` (8 to 16) of each sample; a sample beyond those bits is 255."""
    upper: Bytes = np.minimum(samples >> (bits - 8), 255).astype(np.uint8)
    return upper


@dataclass(frozen=True, slots=True)
class _Packing:
    """How samples lie in bytes: each group of `group_bytes` holds the upper 8 bits of its samples from `starts` on.

    starts: bit of the group with which each sample's upper 8 bits begin, the lowest bit of a byte being its first.
    """

    group_bytes: int
    starts: tuple[int, ...]

    def line_bytes(self, samples: int) -> int:
        """Return how many bytes hold so many samples, as far as they are read."""
        groups, rest = divmod(samples, len(self.starts))
        return groups * self.group_bytes + (-(-(self.starts[rest - 1] + 8) // 8) if rest else 0)


def _whole_bytes(bits: int) -> _Packing:
    """Return the packing of samples in one byte, or in two, little-endian and in the lower bits."""
    return _Packing(1, (0,)) if bits == 8 else _Packing(2, (bits - 8,))


def _dense(bits: int) -> _Packing:
    """Return the packing of the names that end in "p": no bit unused, the lowest first; 4 samples are whole bytes."""
    return _Packing(bits // 2, tuple(one * bits + bits - 8 for one in range(4)))


_GIGE_PACKED: Final = _Packing(3, (0, 16))
"""GigE Vision's own "Packed", of 10 and 12 bits alike: upper 8 bits, a byte with the lower ones of both, upper 8."""


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """How to read a picture.

    name: as PFNC writes it. channels: samples per pixel. to_bgr: from (height, width) samples, or
    (height, width, channels) if there are several, to (height, width, 3) BGR in the array that is given.
    """

    name: str
    packing: _Packing
    channels: int
    to_bgr: Callable[[Bytes, Pixels], None]


def _converted(code: int) -> Callable[[Bytes, Pixels], None]:
    def convert(samples: Bytes, out: Pixels) -> None:
        pixels = cv2.cvtColor(samples, code, dst=out)
        if pixels is not out:
            out[:] = pixels

    return convert


def _as_it_is(samples: Bytes, out: Pixels) -> None:
    out[:] = samples


def _from_422(y_at: int, red: float, blue: float, studio: bool) -> Callable[[Bytes, Pixels], None]:
    """Return the conversion of Y'CbCr 4:2:2 with its luma in byte `y_at` of two; Cb comes before Cr.

    red, blue: K_R and K_B of the standard (ITU-R BT.601 section 2.5.1, BT.709 section 3.2). studio: Y' is 16..235 and
    the others 16..240, else all are 0..255.
    """
    green = 1 - red - blue
    luma, chroma = (255 / 219, 255 / 224) if studio else (1.0, 1.0)
    of_cb = np.array([2 * (1 - blue), -2 * blue * (1 - blue) / green, 0]) * chroma
    of_cr = np.array([0, -2 * red * (1 - red) / green, 2 * (1 - red)]) * chroma
    shift = -128 * (of_cb + of_cr) - (16 * luma if studio else 0)
    matrix = np.column_stack([np.full(3, luma), of_cb, of_cr, shift]).astype(np.float32)

    def convert(samples: Bytes, out: Pixels) -> None:
        height, width = samples.shape[:2]
        if width % 2:
            raise SourceError(f"Frames of 4:2:2 are {width} pixels wide; they must be an even number.")
        ycc = np.empty((height, width, 3), np.uint8)
        ycc[..., 0] = samples[..., y_at]
        ycc[..., 1] = np.repeat(samples[:, 0::2, 1 - y_at], 2, axis=1)
        ycc[..., 2] = np.repeat(samples[:, 1::2, 1 - y_at], 2, axis=1)
        _as_it_is(cv2.transform(ycc, matrix).astype(np.uint8, copy=False), out)

    return convert


# PFNC names a mosaic by the first two pixels of its first line; so do these names of OpenCV. Its older ones,
# COLOR_BayerBG2BGR and so on, name it by the second and third pixel of the second line.
_MOSAICS: Final = {
    "BayerRG": cv2.COLOR_BayerRGGB2BGR,
    "BayerGB": cv2.COLOR_BayerGBRG2BGR,
    "BayerGR": cv2.COLOR_BayerGRBG2BGR,
    "BayerBG": cv2.COLOR_BayerBGGR2BGR,
}
_SINGLE: Final = {"Mono": _converted(cv2.COLOR_GRAY2BGR)} | {name: _converted(code) for name, code in _MOSAICS.items()}
_COLOURS: Final = {"RGB": _converted(cv2.COLOR_RGB2BGR), "BGR": _as_it_is}
_WITH_ALPHA: Final = {"RGBa": _converted(cv2.COLOR_RGBA2BGR), "BGRa": _converted(cv2.COLOR_BGRA2BGR)}
_BT_601: Final = (0.299, 0.114)
_BT_709: Final = (0.2126, 0.0722)
_422: Final = {
    "YUV422_8": (0, *_BT_601, False),
    "YUV422_8_UYVY": (1, *_BT_601, False),
    "YCbCr422_8": (0, *_BT_601, False),
    "YCbCr422_8_CbYCrY": (1, *_BT_601, False),
    "YCbCr601_422_8": (0, *_BT_601, True),
    "YCbCr601_422_8_CbYCrY": (1, *_BT_601, True),
    "YCbCr709_422_8": (0, *_BT_709, True),
    "YCbCr709_422_8_CbYCrY": (1, *_BT_709, True),
}
_OLD_NAMES: Final = {
    "RGB8Packed": "RGB8",
    "BGR8Packed": "BGR8",
    "RGBA8Packed": "RGBa8",
    "BGRA8Packed": "BGRa8",
    "RGB10Packed": "RGB10",
    "RGB12Packed": "RGB12",
    "RGB16Packed": "RGB16",
    "BGR10Packed": "BGR10",
    "BGR12Packed": "BGR12",
    "YUV422Packed": "YUV422_8_UYVY",
    "YUYVPacked": "YUV422_8",
    "YUV422_YUYV_Packed": "YUV422_8",
}
"""Names of GigE Vision 1 and of makers, which older cameras still give."""


def _formats() -> Iterator[PixelFormat]:
    for family, to_bgr in _SINGLE.items():
        for bits in (8, 10, 12, 14, 16):
            yield PixelFormat(f"{family}{bits}", _whole_bytes(bits), 1, to_bgr)
        for bits in (10, 12, 14):
            yield PixelFormat(f"{family}{bits}p", _dense(bits), 1, to_bgr)
        for bits in (10, 12):
            yield PixelFormat(f"{family}{bits}Packed", _GIGE_PACKED, 1, to_bgr)
    for channels, families in ((3, _COLOURS), (4, _WITH_ALPHA)):
        for family, to_bgr in families.items():
            for bits in (8, 10, 12, 14, 16):
                yield PixelFormat(f"{family}{bits}", _whole_bytes(bits), channels, to_bgr)
            for bits in (10, 12):
                yield PixelFormat(f"{family}{bits}p", _dense(bits), channels, to_bgr)
    for name, parameters in _422.items():
        yield PixelFormat(name, _whole_bytes(8), 2, _from_422(*parameters))


_BY_NAME: Final = {one.name.lower(): one for one in _formats()}
_KNOWN: Final = (
    "Mono8 to Mono16, BayerRG8 to BayerRG16 (and GB, GR, BG), both also packed (Mono12p, Mono12Packed), RGB8 to RGB16, "
    "BGR8 to BGR16, RGBa8, BGRa8, YUV422_8, YUV422_8_UYVY, YCbCr422_8, YCbCr601_422_8 and YCbCr709_422_8"
)


def pixel_format(name: str) -> PixelFormat:
    """Return the format of that name, in any case. Raises SourceError, with the known ones, if it is not known."""
    plain = {old.lower(): new for old, new in _OLD_NAMES.items()}.get(name.lower(), name)
    found = _BY_NAME.get(plain.lower())
    if found is None:
        raise SourceError(
            f"Pixels of the format {name or '(none)'} cannot be read. Set another that the camera has with "
            f"pixel_format=NAME. These can be read: {_KNOWN}."
        )
    return found


def write_bgr(raw: Bytes, form: PixelFormat, out: Pixels, stride: int | None = None) -> None:
    """Write a raw picture into `out`, (height, width, 3) uint8 BGR.

    raw: the buffer. stride: bytes from one line to the next; None if lines follow each other without a gap, in the
    formats "p" without an unused bit. Raises FrameError if the buffer is too short for so many pixels.
    """
    height, width = out.shape[:2]
    samples = width * form.channels
    packing = form.packing
    if stride is None and samples % len(packing.starts):  # a line ends within a group: all are one
        flat = _upper_bits(_lines(raw, packing, 1, height * samples, None), packing, height * samples)
    else:
        flat = _upper_bits(_lines(raw, packing, height, samples, stride), packing, samples)
    form.to_bgr(flat.reshape((height, width) if form.channels == 1 else (height, width, form.channels)), out)


def _lines(raw: Bytes, packing: _Packing, height: int, samples: int, stride: int | None) -> Bytes:
    """Return the bytes of each line, (height, bytes), without what stands between lines."""
    needed = packing.line_bytes(samples)
    step = needed if stride is None else stride
    flat = raw.reshape(-1)
    whole = (height - 1) * step + needed
    if step < needed:
        raise FrameError(f"The lines of the frame have {step} bytes instead of {needed}.")
    if flat.size < whole:
        raise FrameError(f"The frame has {flat.size} bytes instead of {whole}.")
    return np.lib.stride_tricks.as_strided(flat, (height, needed), (flat.strides[0] * step, flat.strides[0]))


def _upper_bits(lines: Bytes, packing: _Packing, samples: int) -> Bytes:
    """Return the upper 8 bits of each sample, (height, samples)."""
    size, starts = packing.group_bytes, packing.starts
    if size == 1:
        return lines
    if size == 2:  # eight times faster than byte by byte
        halves = np.empty((len(lines), samples), np.uint8)
        np.right_shift(lines.view("<u2"), starts[0], out=halves, casting="unsafe")
        return halves
    groups = -(-samples // len(starts))
    if lines.shape[1] < groups * size:
        lines = np.pad(lines, ((0, 0), (0, groups * size - lines.shape[1])))
    grouped = lines.reshape(len(lines), groups, size)
    upper = np.empty((len(lines), groups, len(starts)), np.uint8)
    for number, start in enumerate(starts):
        byte, shift = divmod(start, 8)
        upper[..., number] = grouped[..., byte] >> shift
        if shift:
            upper[..., number] |= grouped[..., byte + 1] << (8 - shift)
    return upper.reshape(len(lines), -1)[:, :samples]
