"""One picture file through Pillow: header first, pixels later. A damaged file is an error, never a half-grey frame.

OpenCV is not used here: it returns a truncated JPEG as a whole picture, and its codecs write to stderr.
"""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from capture.sources.files import unreadable
from stream.errors import SourceError
from stream.protocol.contracts import Pixels

_FORMATS: Final = ("PNG", "JPEG", "BMP", "TIFF")
_GREY_16_BIT: Final = frozenset({"I;16", "I;16B", "I;16L", "I;16N"})
_NOT_A_PICTURE_OF_LIGHT: Final = frozenset({"I", "F"})
# What Pillow's readers raise on damaged files.
_DAMAGE: Final = (
    OSError, SyntaxError, ValueError, TypeError, EOFError, LookupError, ArithmeticError, AttributeError, MemoryError,
    struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """A picture file before its pixels are decoded: sizes (width, height) of its pages, one but for TIFF stacks.

    cut_off: what leads to further pages is damaged or missing.
    """

    path: Path
    sizes: tuple[tuple[int, int], ...]
    cut_off: bool = False


def read_header(path: Path) -> Header:
    """Read the size of every page that can be found; no pixel is decoded. Raises SourceError if there is none."""
    with _explained(path), Image.open(path, formats=_FORMATS) as image:
        if not isinstance(image, TiffImageFile):
            return Header(path, (image.size,))
        sizes = [image.size]
        try:
            while True:
                image.seek(len(sizes))
                sizes.append(image.size)
        except EOFError:  # a last directory that was read to its end says that it is the last
            return Header(path, tuple(sizes), cut_off=image.tag_v2.next is None)
        except _DAMAGE:
            return Header(path, tuple(sizes), cut_off=True)


class PictureFile:
    """A picture file held open: in a stack, a page is found by way of all pages before it."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises SourceError."""
        self.path = path
        with _explained(path):
            self._image = Image.open(path, formats=_FORMATS)

    def decode(self, page: int, bits: int | None, out: Pixels) -> None:
        """Write a page's pixels into `out`, (height, width, 3) uint8 BGR.

        Grey repeats its channel; transparency and rotation tags are ignored. Of 16-bit grey values the upper 8 of
        the lowest `bits` are kept (value >> (bits - 8), cut at 255; None stands for 16); of 16-bit colour the upper 8.
        Raises SourceError.
        """
        with _explained(self.path):
            if self._image.tell() != page:
                self._image.seek(page)
            _write_bgr(self.path, self._image, bits, out)

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._image.close()


def _write_bgr(path: Path, image: Image.Image, bits: int | None, out: Pixels) -> None:
    height, width = out.shape[:2]
    if image.size != (width, height):
        raise SourceError(f"{path} has changed: it is {image.width}x{image.height} now, not {width}x{height}.")
    if image.mode in _NOT_A_PICTURE_OF_LIGHT:
        raise SourceError(f"{path} holds 32-bit numbers, not a picture; save it as 8 or 16 bits per channel.")
    if image.mode in _GREY_16_BIT:
        grey = np.minimum(np.asarray(image).astype(np.uint16) >> ((bits or 16) - 8), 255).astype(np.uint8)
        cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR, dst=out)
    elif bits is not None:
        raise SourceError(f"{path} is no 16-bit grey picture ({image.mode}), so bits={bits} means nothing for it.")
    elif image.mode == "L":
        cv2.cvtColor(np.asarray(image), cv2.COLOR_GRAY2BGR, dst=out)
    else:
        cv2.cvtColor(np.asarray(image.convert("RGB")), cv2.COLOR_RGB2BGR, dst=out)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn any damage that Pillow meets inside into a SourceError that names the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except SourceError:
        raise
    except Image.DecompressionBombError:
        limit = 2 * (Image.MAX_IMAGE_PIXELS or 0) // 1_000_000
        raise SourceError(
            f"{path} claims more than {limit} million pixels; nothing that large is opened (see capture.max_width_px)."
        ) from None
    except _DAMAGE as error:
        # Pillow's own OSErrors carry no number of the system's.
        if isinstance(error, OSError) and error.errno is not None:
            raise unreadable(path, error) from None
        raise SourceError(f"{path} is damaged or no PNG, JPEG, BMP or TIFF picture.") from None
