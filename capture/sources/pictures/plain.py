"""PNG, JPEG, BMP, GIF and WebP through Pillow, still and animated. A damaged file is an error, never a half-grey frame.

OpenCV does not read them: it returns a truncated JPEG as a whole picture, and its codecs write to stderr.
"""

from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image

from capture.sources.jpeg import decode_jpeg, whole_jpeg
from capture.sources.pictures.damage import DAMAGE, explained
from capture.sources.pictures.header import Header
from capture.sources.pictures.orientation import TAG, UPRIGHT, orientation, upright, write_upright
from capture.sources.pictures.wholeness.png_checksums import damaged_from
from capture.sources.pixel_formats import to_eight_bits
from stream.errors import FrameError, SourceError
from stream.protocol.contracts import Pixels

_FORMATS: Final = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
_JPEG: Final = frozenset({"JPEG", "MPO"})
_ANIMATED: Final = frozenset({"PNG", "GIF", "WEBP"})
_GREY_16_BIT: Final = frozenset({"I;16", "I;16B", "I;16L", "I;16N"})
_SHOWN_WITHOUT_DURATION_S: Final = 0.1
"""How long browsers show a frame whose duration is 0."""


def read_plain_header(path: Path) -> Header:
    """Read the sizes of a file's frames. Raises SourceError."""
    with explained(path), Image.open(path, formats=_FORMATS) as image:
        size = upright(image.size, _orientation(image))
        hidden = _hidden(image)
        frames = getattr(image, "n_frames", 1) - hidden
        if frames == 1 or image.format not in _ANIMATED:
            return Header(path, (size,), treatment="" if frames == 1 else f"the first of {frames} pictures in a JPEG")
        durations: list[float] = []
        try:
            for frame in range(frames):
                image.seek(frame + hidden)
                if image.format == "WEBP":  # which knows a frame's duration only once it is decoded
                    image.load()
                durations.append(float(image.info.get("duration") or 0) / 1000 or _SHOWN_WITHOUT_DURATION_S)
        except DAMAGE:  # a frame that cannot be read is an error once it is decoded
            durations += [_SHOWN_WITHOUT_DURATION_S] * (frames - len(durations))
        return Header(path, (size,) * frames, image.format == "GIF" and _has_no_end(path), tuple(durations))


class PlainFile:
    """A picture file held open; see `capture.sources.pictures.picture.PictureFile`."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises SourceError."""
        self.path = path
        with explained(path):
            self._image = Image.open(path, formats=_FORMATS)
            self._turn, self._hidden = _orientation(self._image), _hidden(self._image)
            self._damaged_from = damaged_from(path) if self._image.format == "PNG" else None

    def decode(self, frame: int, bits: int | None, out: Pixels) -> None:
        """See `PictureFile`."""
        with explained(self.path):
            place = frame + self._hidden
            if self._image.format in _ANIMATED and self._image.tell() != place:
                self._image.seek(place)
            if self._image.format not in _JPEG or self._image.mode not in ("L", "RGB"):
                self._image.load()
            size = upright(self._image.size, self._turn)
            if size != (out.shape[1], out.shape[0]):
                now = f"{size[0]}x{size[1]} now, not {out.shape[1]}x{out.shape[0]}"
                raise SourceError(f"{self.path} has changed: it is {now}.")
            if self._damaged_from is not None and place >= self._damaged_from:
                raise SourceError(f"{self.path} is damaged: a checksum in it is wrong.")
            write_upright(lambda stored: self._write_bgr(bits, stored), self._turn, out)

    def close(self) -> None:
        """See `PictureFile`."""
        self._image.close()

    def _write_bgr(self, bits: int | None, out: Pixels) -> None:
        path, image = self.path, self._image
        if image.mode in _GREY_16_BIT:
            cv2.cvtColor(to_eight_bits(np.asarray(image).astype(np.uint16), bits or 16), cv2.COLOR_GRAY2BGR, dst=out)
        elif bits is not None:
            raise SourceError(f"{path} is no 16-bit grey picture ({image.mode}), so bits={bits} means nothing for it.")
        elif image.format in _JPEG and image.mode in ("L", "RGB"):
            self._write_jpeg(out)
        elif image.mode == "L":
            cv2.cvtColor(np.asarray(image), cv2.COLOR_GRAY2BGR, dst=out)
        else:
            cv2.cvtColor(np.asarray(image.convert("RGB")), cv2.COLOR_RGB2BGR, dst=out)

    def _write_jpeg(self, out: Pixels) -> None:
        try:
            decode_jpeg(whole_jpeg(self.path.read_bytes(), padded=True), out)
        except FrameError as error:
            raise SourceError(f"{self.path} is damaged: {error}") from None


def _orientation(image: Image.Image) -> int:
    """Return the Exif orientation; no pixel is decoded, so that of a PNG counts only if it stands before them."""
    known = image.format not in ("PNG", "WEBP") or "exif" in image.info
    return orientation(image.getexif().get(TAG)) if known else UPRIGHT


def _hidden(image: Image.Image) -> int:
    """Return how many pictures stand before the frames: that of an animated PNG for programs that show none."""
    animated = getattr(image, "is_animated", False)
    return int(bool(animated and getattr(image, "default_image", False)))


def _has_no_end(path: Path) -> bool:
    """Return whether a GIF lacks its last byte, the trailer (GIF89a, section 27): further frames may be missing."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        return not file.read().rstrip(b"\0").endswith(b";")
