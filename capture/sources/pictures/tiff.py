"""TIFF, BigTIFF and LSM: tags by tifffile, frames by `tiff_layout`, pixels by `tiff_samples`."""

import logging
from pathlib import Path

import cv2
import numpy as np
import tifffile
from PIL import Image

from capture.sources.pictures.damage import explained
from capture.sources.pictures.header import Header
from capture.sources.pictures.orientation import TAG, orientation, upright, write_upright
from capture.sources.pictures.tiff_directories import count_directories
from capture.sources.pictures.tiff_layout import Page, lay_out
from capture.sources.pictures.tiff_samples import JPEG, JPEG_PARTS, check_page, write_page
from capture.sources.pictures.wholeness.libtiff import hush_libtiff
from capture.sources.pictures.wholeness.tiff_jpeg import write_jpeg_page
from stream.errors import SourceError
from stream.protocol.contracts import Pixels

logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # what it says of damage is said once, in a SourceError


def read_tiff_header(path: Path) -> Header:
    """Read the size of each frame. Raises SourceError if there is none."""
    picture = TiffPicture(path)
    try:
        return picture.header
    finally:
        picture.close()


class TiffPicture:
    """A TIFF held open; see `capture.sources.pictures.picture.PictureFile`.

    header: what is known before pixels are decoded.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and find its frames. Raises SourceError if there are none, or they cannot be read."""
        self.path = path
        with explained(path):
            count, cut_off = count_directories(path)
            self._file = tifffile.TiffFile(path)
            try:
                self._find_frames(count, cut_off)
            except BaseException:
                self._file.close()
                raise

    def _find_frames(self, count: int, cut_off: bool) -> None:
        pages = [self._page(number) for number in range(count)]
        if not pages:
            raise SourceError(f"{self.path} is damaged: it holds no page that can be found.")
        try:
            layout = lay_out(self._file, pages, cut_off, self.path.stat().st_size)
            check_page(self._file.pages[next((frame[0].page for frame in layout.frames if frame), 0)])
        except SourceError as error:
            raise self._named(error) from None
        self._frames = layout.frames
        sizes = [pages[frame[0].page].size if frame else None for frame in layout.frames]
        known = next((size for size in sizes if size is not None), None)
        if known is None:
            raise SourceError(f"{self.path} is damaged: none of its {len(sizes)} frames can be found.")
        self.header = Header(
            self.path,
            tuple(size or known for size in sizes),
            cut_off and not layout.counted,
            um_per_px=layout.um_per_px,
            treatment=layout.treatment,
        )

    def _page(self, number: int) -> Page:
        page = self._file.pages[number]
        size = upright((page.imagewidth, page.imagelength), orientation(page.tags.valueof(TAG)))
        return Page(size, int(page.subfiletype), int(page.tags.valueof(255, 0)))

    def decode(self, frame: int, bits: int | None, out: Pixels) -> None:
        """See `PictureFile`."""
        planes = self._frames[frame] if frame < len(self._frames) else ()
        if not planes:
            raise SourceError(f"{self.path} is damaged or was cut off: frame {frame} is not in it.")
        with explained(self.path):
            try:
                if len(planes) == 1:
                    self._write(planes[0].page, planes[0].shift, bits, out)
                    return
                single = np.empty_like(out)
                for channel, plane in zip((2, 1, 0), planes, strict=True):
                    self._write(plane.page, plane.shift, bits, single)
                    out[..., channel] = single[..., 0]
            except SourceError as error:
                raise self._named(error) from None

    def _write(self, number: int, shift: int, bits: int | None, out: Pixels) -> None:
        page = self._file.pages[number]
        check_page(page)
        if page.compression in JPEG:
            self._write_jpeg(number, bits, out)
            return
        turn = orientation(page.tags.valueof(TAG))
        size = upright((page.imagewidth, page.imagelength), turn)
        if size != (out.shape[1], out.shape[0]):
            raise SourceError(f"has changed: it is {size[0]}x{size[1]} now, not {out.shape[1]}x{out.shape[0]}")
        write_upright(lambda stored: write_page(self._file.filehandle, page, shift, bits, stored), turn, out)

    def _write_jpeg(self, number: int, bits: int | None, out: Pixels) -> None:
        """Decode a page of JPEG; one of the old kind (compression 6) by Pillow, which turns it itself."""
        page = self._file.pages[number]
        if bits is not None or page.bitspersample != 8 or (page.planarconfig == 2 and page.samplesperpixel > 1):
            raise SourceError("is JPEG of more than 8 bits, or in separate planes; save it uncompressed")
        if page.compression == JPEG_PARTS:
            turn = orientation(page.tags.valueof(TAG))
            write_upright(lambda stored: write_jpeg_page(self._file.filehandle, page, stored), turn, out)
            return
        hush_libtiff()
        with Image.open(self.path, formats=("TIFF",)) as image:
            image.seek(number)
            image.load()
            if image.size != (out.shape[1], out.shape[0]):
                raise SourceError(
                    f"has changed: it is {image.width}x{image.height} now, not {out.shape[1]}x{out.shape[0]}"
                )
            cv2.cvtColor(np.asarray(image.convert("RGB")), cv2.COLOR_RGB2BGR, dst=out)

    def _named(self, error: SourceError) -> SourceError:
        return SourceError(f"{self.path} {error}.")

    def close(self) -> None:
        """See `PictureFile`."""
        self._file.close()
