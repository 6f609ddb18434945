"""The samples of a DICOM frame as 8-bit BGR: windows, rescaling, colours (PS3.3 C.7.6.3.1, C.11.1, C.11.2).

Grey: with a window in the file, the first one is applied after rescaling, as a viewer shows it; without, the upper 8 of
the stored bits are kept. It is done once for all values that there can be, as a table.
"""

from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from capture.sources.dicom.codecs import FrameSamples
from capture.sources.pixel_formats import to_eight_bits
from stream.errors import SourceError
from stream.protocol.contracts import Pixels

_GREY: Final = frozenset({"MONOCHROME1", "MONOCHROME2"})
_RGB: Final = frozenset({"RGB", "YBR_RCT", "YBR_ICT"})  # JPEG 2000 undoes the last two itself
_YBR: Final = frozenset({"YBR_FULL", "YBR_FULL_422"})
_PALETTE: Final = "PALETTE COLOR"
_Table = npt.NDArray[np.uint8]


def check_pixels(data: Any) -> None:
    """Raise SourceError, without its subject, if the pixels are of a kind that is not read here."""
    photometric, samples = str(data.get("PhotometricInterpretation", "")), int(data.get("SamplesPerPixel", 1))
    single = photometric in _GREY or photometric == _PALETTE
    if not single and photometric not in _RGB | _YBR:
        raise SourceError(f"has colours of a kind that is not read here ({photometric or 'unnamed'}); save it as RGB")
    if samples != (1 if single else 3):
        raise SourceError(f"is damaged: {photometric} with {samples} samples per pixel")
    allocated = int(data.get("BitsAllocated", 8))
    stored = int(data.get("BitsStored", allocated))
    if allocated not in (8, 16) or not 1 <= stored <= allocated:
        raise SourceError(f"holds {stored}-bit numbers in {allocated} bits; 8 to 16 bits are read")
    if int(data.get("HighBit", stored - 1)) != stored - 1:
        raise SourceError("has its samples in the upper bits of a word (HighBit), which is not read here")
    columns, rows = data.get("TotalPixelMatrixColumns"), data.get("TotalPixelMatrixRows")
    if columns and rows and (int(columns) > int(data.Columns) or int(rows) > int(data.Rows)):
        raise SourceError("is a whole slide in tiles, not frames; export the region to be measured as a picture")


class Shades:
    """Pixels of one file's frames. Keeps the table of each window, as most frames have the same."""

    def __init__(self, data: Any) -> None:
        """Take the header, which `check_pixels` has passed."""
        self._data = data
        self._photometric = str(data.PhotometricInterpretation)
        self._bits = int(data.get("BitsStored", data.get("BitsAllocated", 8)))
        self._tables: dict[tuple[Any, ...], _Table] = {}
        self._palette = _palette(data) if self._photometric == _PALETTE else None

    def write_bgr(self, samples: FrameSamples, already_rgb: bool, frame: int, out: Pixels) -> None:
        """Write (height, width, samples) into `out`, (height, width, 3) uint8 BGR. Raises SourceError."""
        expected = 1 if self._photometric in _GREY or self._palette is not None else 3
        if samples.shape != (*out.shape[:2], expected):
            found = f"{samples.shape[1]}x{samples.shape[0]} with {samples.shape[2]} samples"
            raise SourceError(f"is damaged: its pixels are {found}, not {out.shape[1]}x{out.shape[0]} with {expected}")
        if self._palette is not None:
            self._write_palette(samples[..., 0], out)
        elif expected == 1:
            codes = samples[..., 0] & (2**self._bits - 1)
            cv2.cvtColor(self._table(frame)[codes], cv2.COLOR_GRAY2BGR, dst=out)
        else:
            deep = samples.dtype == np.uint16
            colour = to_eight_bits(samples.astype(np.uint16, copy=False), max(8, self._bits)) if deep else samples
            if self._photometric in _YBR and not already_rgb:
                cv2.cvtColor(np.ascontiguousarray(colour[..., (0, 2, 1)]), cv2.COLOR_YCrCb2BGR, dst=out)
            else:
                cv2.cvtColor(np.ascontiguousarray(colour), cv2.COLOR_RGB2BGR, dst=out)

    def _write_palette(self, indices: FrameSamples, out: Pixels) -> None:
        assert self._palette is not None
        first, table = self._palette
        out[:] = table[np.clip(indices.astype(np.int32) - first, 0, len(table) - 1)]

    def _table(self, frame: int) -> _Table:
        """Return the grey of each stored value, 2**bits of them, for one frame."""
        rescale, window = (
            self._place(frame, "PixelValueTransformationSequence"),
            self._place(frame, "FrameVOILUTSequence"),
        )
        slope, intercept = float(rescale.get("RescaleSlope") or 1), float(rescale.get("RescaleIntercept") or 0)
        centre, width = _first(window.get("WindowCenter")), _first(window.get("WindowWidth"))
        function = str(window.get("VOILUTFunction") or "LINEAR")
        key = (slope, intercept, centre, width, function)
        if key not in self._tables:
            self._tables[key] = self._made(*key)
        return self._tables[key]

    def _made(self, slope: float, intercept: float, centre: float | None, width: float | None, function: str) -> _Table:
        data, bits = self._data, self._bits
        stored = np.arange(2**bits)
        if data.get("PixelRepresentation") == 1:
            stored = np.where(stored < 2 ** (bits - 1), stored, stored - 2**bits)
        if data.get("ModalityLUTSequence") or data.get("VOILUTSequence"):
            shades = _by_tables(data, stored)
        elif centre is not None and width is not None and width > 0:
            shades = _windowed(stored * slope + intercept, centre, width, function)
        else:
            counted = (stored - stored.min()).astype(np.uint16)
            shades = to_eight_bits(counted, bits).astype(float) if bits >= 8 else counted * (255 / (2**bits - 1))
        table: _Table = np.clip(np.rint(shades), 0, 255).astype(np.uint8)
        inverse = self._photometric == "MONOCHROME1" or data.get("PresentationLUTShape") == "INVERSE"
        return 255 - table if inverse else table

    def _place(self, frame: int, group: str) -> Any:
        """Return the elements of a functional group for a frame: its own, the shared ones, or the header's."""
        own = self._data.get("PerFrameFunctionalGroupsSequence") or ()
        shared = self._data.get("SharedFunctionalGroupsSequence") or ()
        for item in (*own[frame : frame + 1], *shared[:1]):
            if item.get(group):
                return item.get(group)[0]
        return self._data


def _windowed(values: npt.NDArray[np.float64], centre: float, width: float, function: str) -> npt.NDArray[np.float64]:
    """Return 0..255 for rescaled values: LINEAR, LINEAR_EXACT or SIGMOID (PS3.3 C.11.2.1.2, C.11.2.1.3)."""
    if function == "SIGMOID":
        return 255 / (1 + np.exp(np.clip(-4 * (values - centre) / width, -50, 50)))
    if function == "LINEAR_EXACT":
        return ((values - centre) / width + 0.5) * 255
    if width <= 1:
        return np.where(values > centre - 0.5, 255.0, 0.0)
    return ((values - (centre - 0.5)) / (width - 1) + 0.5) * 255


def _by_tables(data: Any, stored: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return 0..255 by the file's own tables of modality and values of interest."""
    from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut

    shades = apply_voi_lut(apply_modality_lut(stored, data), data).astype(np.float64)
    last = (data.get("VOILUTSequence") or data.get("ModalityLUTSequence"))[0].LUTDescriptor[2]
    return shades * (255 / (2.0 ** int(last) - 1))


def _palette(data: Any) -> tuple[int, _Table]:
    """Return the first index of a palette, and its colours, (n, 3) BGR (PS3.3 C.7.6.3.1.5 and .6)."""
    columns, first = [], 0
    for colour in ("Blue", "Green", "Red"):
        entries, first, bits = (int(one) for one in data[f"{colour}PaletteColorLookupTableDescriptor"].value)
        raw = data[f"{colour}PaletteColorLookupTableData"].value
        count = entries or 65536
        numbers = np.frombuffer(raw, "<u2" if len(raw) >= 2 * count else np.uint8, count)
        columns.append((numbers >> 8 if bits == 16 and numbers.max() > 255 else numbers).astype(np.uint8))
    return first, np.column_stack(columns)


def _first(value: Any) -> float | None:
    """Return the first of one or several numbers."""
    if value is None or value == "":
        return None
    return float(value) if isinstance(value, (int, float, str)) else float(value[0])
