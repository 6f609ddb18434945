"""Which pages of a TIFF are frames: what ImageJ, OME and others write of their pages is held against what is there."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from capture.sources.pictures.tiff_ome import OmePixels, read_ome
from stream.errors import SourceError

_REDUCED, _MASK = 1, 4  # bits of NewSubfileType, TIFF 6.0 section 8
_REDUCED_OLD: Final = 2  # SubfileType
_MAX_PROMISED: Final = 1_000_000
_STALE_BYTES: Final = 4096
_WORDS: Final = {2: "two", 3: "three", 4: "four"}
MICROMETRES: Final = {
    "nm": 1e-3, "um": 1.0, "µm": 1.0, "μm": 1.0, "\\u00b5m": 1.0, "micron": 1.0, "microns": 1.0, "micrometer": 1.0,
    "mm": 1e3, "cm": 1e4, "m": 1e6,
}  # fmt: skip
"""Micrometres in a unit, as ImageJ and OME write it, in lower case."""


@dataclass(frozen=True, slots=True)
class PixelPlace:
    """Where pixels lie. page: number of the directory. shift: bytes behind that page's own pixels."""

    page: int
    shift: int = 0


FramePlaces = tuple[PixelPlace, ...]
"""One plane; or three, red, green and blue; none if the frame is missing in the file."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is known of a directory. size: width and height. subfile: NewSubfileType; kind: the older SubfileType."""

    size: tuple[int, int]
    subfile: int = 0
    kind: int = 0

    @property
    def secondary(self) -> bool:
        """Return whether the page is a thumbnail or a mask."""
        return bool(self.subfile & (_REDUCED | _MASK)) or self.kind == _REDUCED_OLD


@dataclass(frozen=True, slots=True)
class Layout:
    """The frames of a file. counted: their number was written in the file. The rest as in `Header`."""

    frames: tuple[FramePlaces, ...]
    counted: bool = False
    um_per_px: float | None = None
    treatment: str = ""


def lay_out(file: Any, pages: Sequence[Page], cut_off: bool, length: int) -> Layout:
    """Return the frames of an open tifffile.TiffFile.

    pages: its directories, from the first. cut_off: more of them cannot be found. length: bytes of the file.
    Raises SourceError, a sentence without its subject, if the pages are no frames.
    """
    first = file.pages[0]
    if first.is_stk:
        raise SourceError("is a MetaMorph STK file; export its planes as TIFF pages, such as with ImageJ")
    if first.is_ome:
        return _of_ome(read_ome(first.description), len(pages))
    kept = [number for number, page in enumerate(pages) if not page.secondary] or list(range(len(pages)))
    left_out = len(pages) - len(kept)
    treatment = f"{left_out} thumbnails or masks among the pages are left out" if left_out else ""
    planes: list[PixelPlace | None] = [PixelPlace(number) for number in kept]
    written, scale, channels, colours = _written(file, first)
    if written > len(planes):
        planes = _promised(first, planes, written, cut_off, length)
    frames = _grouped(planes, channels, colours)
    return Layout(frames, written > len(kept) and len(planes) == written, scale, treatment)


def _written(file: Any, first: Any) -> tuple[int, float | None, int, bool]:
    """Return what the file says: planes, µm per pixel, channels as pages, whether they are red, green and blue."""
    if first.is_imagej:
        told = file.imagej_metadata or {}
        channels = int(told.get("channels", 1))
        colours = told.get("mode") in ("composite", "color") and _are_colours(told.get("LUTs"))
        return _count(told.get("images", 1)), _imagej_scale(first, told), channels, colours
    if first.is_shaped:
        told = json.loads(first.shaped_description)
        shape, axes = told.get("shape", ()), str(told.get("axes", ""))
        of_page = first.imagewidth * first.imagelength * first.samplesperpixel
        channels = 1
        if len(axes) == len(shape) and "C" in axes and first.samplesperpixel == 1:
            channels = int(shape[axes.index("C")])
        return _count(int(np.prod([int(one) for one in shape], dtype=object)) // of_page), None, channels, False
    if first.is_lsm:
        voxel = (file.lsm_metadata or {}).get("VoxelSizeX")  # in metres
        return 1, float(voxel) * 1e6 if voxel else None, 1, False
    return 1, None, 1, False


def _count(promised: Any) -> int:
    if not 1 <= int(promised) <= _MAX_PROMISED:
        raise SourceError(f"is damaged: it claims {promised} frames")
    return int(promised)


def _promised(
    first: Any, planes: list[PixelPlace | None], written: int, cut_off: bool, length: int
) -> list[PixelPlace | None]:
    """Return as many planes as are written, if they are or were there.

    ImageJ writes a stack above 4 GB with one directory, and any stack with its pixels before all directories but the
    first: the planes of such a file follow each other. A description that was copied to a file of fewer pages is stale.
    """
    plane_bytes = first.imagewidth * first.imagelength * first.samplesperpixel * first.bitspersample // 8
    offsets = first.dataoffsets
    one_piece = first.compression == 1 and bool(offsets) and offsets[0] > 0
    if len(planes) == 1 and one_piece:
        behind = length - offsets[0] - plane_bytes
        if not cut_off and behind < min(plane_bytes, _STALE_BYTES):
            return planes
        return [PixelPlace(0, number * plane_bytes) for number in range(written)]
    return planes + [None] * (written - len(planes)) if cut_off else planes


def _grouped(planes: Sequence[PixelPlace | None], channels: int, colours: bool) -> tuple[FramePlaces, ...]:
    """Return frames of one plane, or of three that are red, green and blue. Channels vary first."""
    if channels > 1 and not (channels == 3 and colours):
        raise SourceError(
            f"holds {_WORDS.get(channels, channels)} channels as pages, not red, green and blue; save the channel to "
            "be measured alone, or one RGB picture of all"
        )
    groups = [planes[at : at + channels] for at in range(0, len(planes), channels)]
    return tuple(
        tuple(plane for plane in group if plane is not None) if len(group) == channels and None not in group else ()
        for group in groups
    )


def _are_colours(tables: Any) -> bool:
    """Return whether ImageJ shows the channels as red, green and blue; so it does without tables."""
    if tables is None:
        return True
    ramps = np.asarray(tables)
    if ramps.shape != (3, 3, 256):
        return False
    return all((ramps[one, other].max() > 0) == (one == other) for one in range(3) for other in range(3))


def _imagej_scale(first: Any, told: Any) -> float | None:
    unit = MICROMETRES.get(str(told.get("unit", "")).lower())
    tag = first.tags.get("XResolution")
    if unit is None or tag is None:
        return None
    above, below = tag.value
    return unit * below / above if above > 0 and below > 0 else None


def _of_ome(pixels: OmePixels, pages: int) -> Layout:
    planes = [(PixelPlace(number) if number is not None and number < pages else None) for number in pixels.directories]
    unit = MICROMETRES.get(pixels.unit.lower())
    scale = pixels.size_x * unit if pixels.size_x and unit else None
    return Layout(_grouped(planes, pixels.channels, pixels.are_colours), True, scale)
