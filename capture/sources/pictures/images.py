"""Pictures as a source: a folder, a pattern, one picture, an animation or a TIFF stack.

Sizes are checked before the first frame.
"""

import os
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Annotated, Final

import msgspec

from capture.sources.files import is_folder, is_pattern, matches, unreadable
from capture.sources.naming import pseudonym
from capture.sources.options import options_as
from capture.sources.pictures.header import Header
from capture.sources.pictures.picture import PictureFile, open_picture, read_header
from capture.sources.uri import SourceUri
from stream.errors import FrameError, SourceError
from stream.machine.files import SUFFIXES, expanded, is_picture, natural_key
from stream.protocol.contracts import Grab, Pixels

_MAX_NAME: Final = 200


class ImagesOptions(msgspec.Struct, frozen=True):
    """The options of a source of pictures.

    fps: frames per second, for pictures of a film; without it, media time is that of an animation, or counts one
    picture per second.
    bits: significant bits of 16-bit pictures, such as 12.
    """

    fps: Annotated[float, msgspec.Meta(gt=0)] | None = None
    bits: Annotated[int, msgspec.Meta(ge=8, le=16)] | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame to come: a page of a file, and the name it goes by."""

    path: Path
    page: int
    name: str


def open_images(uri: SourceUri) -> "PictureSource":
    """Open `folder/`, `images:folder/*.png`, `picture.png`, `stack.tif`. Raises SourceError, UsageError."""
    options = options_as(uri, ImagesOptions)
    paths = find_pictures(uri.path)
    headers = read_headers(paths)
    width, height = common_size(headers)
    alone = paths == [expanded(uri.path)]
    # A folder often carries a patient's name, so it stays out of topics and logs.
    name = pseudonym("picture", paths[0].name) if alone else "images"
    return PictureSource(name, name_pictures(headers), width, height, options, headers)


class PictureSource:
    """Pictures of one size, one after the other; see `stream.protocol.contracts.FrameSource`.

    headers: those of the files that the pictures are taken from.
    """

    live = False

    def __init__(
        self,
        name: str,
        pictures: list[Picture],
        width: int,
        height: int,
        options: ImagesOptions,
        headers: list[Header],
    ) -> None:
        self.name = name
        self._cut_off = next((header for header in headers if header.cut_off), None)
        self.frame_count: int | None = len(pictures) if self._cut_off is None else None
        self.width = width
        self.height = height
        self.treatment = next((header.treatment for header in headers if header.treatment), "")
        scales = {header.um_per_px for header in headers if header.sizes}
        self.um_per_px = scales.pop() if len(scales) == 1 else None
        self.fps, self._times_s = _times(options.fps, headers, len(pictures))
        self._pictures = pictures
        self._bits = options.bits
        self._next = 0
        self._grabbed: Picture | None = None
        # Held only while the next picture lies in the same file: in a stack.
        self._file: PictureFile | None = None

    def grab(self) -> Grab | None:
        """Return the next picture, None after the last; read no file. Raises SourceError once if a stack breaks off."""
        index = self._next
        if index >= len(self._pictures):
            self._grabbed = None
            self._tell_cut_off()
            return None
        self._grabbed, self._next = self._pictures[index], index + 1
        return Grab(index, self._grabbed.name, self._times_s[index], self.width, self.height)

    def retrieve(self, out: Pixels) -> None:
        """Decode the grabbed picture into `out`, (height, width, 3) uint8 BGR.

        Raises FrameError naming a file that cannot be read, without its folder, if it is one among others.
        """
        if self._grabbed is None:
            raise SourceError(f"No picture of {self.name} is grabbed.")
        try:
            if self._file is None or self._file.path != self._grabbed.path:
                self._let_go()
                self._file = open_picture(self._grabbed.path)
            self._file.decode(self._grabbed.page, self._bits, out)
        except SourceError as error:
            self._let_go()
            raise (_frame_error(error, self._grabbed.path) if len(self._pictures) > 1 else error) from None
        if self._next == len(self._pictures) or self._pictures[self._next].path != self._file.path:
            self._let_go()

    def _tell_cut_off(self) -> None:
        stack, self._cut_off = self._cut_off, None
        if stack is not None:
            raise SourceError(
                f"{stack.path.name} is damaged or was cut off; {len(stack.sizes)} of its pages could be found."
            )

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def seek(self, index: int) -> None:
        """Make `index` the next picture. Raises SourceError beyond the end."""
        if not 0 <= index <= len(self._pictures):
            raise SourceError(f"{self.name} has no picture {index}: it has {len(self._pictures)}.")
        self._next = index

    def close(self) -> None:
        """Close the stack, if any; a closed source is at its end."""
        self._let_go()
        self._next, self._grabbed, self._cut_off = len(self._pictures), None, None


def _times(fps: float | None, headers: list[Header], count: int) -> tuple[float | None, list[float]]:
    """Return frames per second, None if there is no such rate, and the media time of each picture in seconds."""
    durations = headers[0].durations_s if len(headers) == 1 else ()
    if fps is None and durations:
        return len(durations) / sum(durations), list(accumulate(durations[:-1], initial=0.0))
    return fps, [index / (fps or 1.0) for index in range(count)]


def _frame_error(error: SourceError, path: Path) -> FrameError:
    """Return the error without its folder.

    It leaves the machine with the frame's reading, and a folder often carries a patient's name.
    """
    return FrameError(str(error).replace(str(path), path.name))


def find_pictures(place: str) -> list[Path]:
    """List the picture files of a folder, a pattern or a single file, sorted by name as people count (f2 before f10).

    Hidden files and files of other kinds are passed over. Raises SourceError if none is left.
    """
    path = expanded(place)
    folder = is_folder(path)
    if not folder and (path.is_file() or not is_pattern(place)):
        return [path]
    try:
        pictures = [one for one in (path.iterdir() if folder else matches(path)) if is_picture(one)]
    except OSError as error:
        raise unreadable(path, error) from None
    if not pictures:
        kind = "The folder" if folder else "The pattern"
        raise SourceError(f"{kind} {path} holds no pictures. Pictures end in {', '.join(sorted(SUFFIXES))}.")
    return sorted(pictures, key=lambda one: (natural_key(str(one)), str(one)))


def read_headers(paths: list[Path]) -> list[Header]:
    """Read the header of every picture; one without sizes stands for a picture that cannot be read.

    Raises SourceError if none can.
    """
    headers, first_error = [], None
    for path in paths:
        try:
            headers.append(read_header(path))
        except SourceError as error:
            headers.append(Header(path, ()))
            first_error = first_error or error
    if first_error is not None and not any(header.sizes for header in headers):
        raise first_error
    return headers


def common_size(headers: list[Header]) -> tuple[int, int]:
    """Return the width and height that all pages share. Raises SourceError naming two that differ."""
    first, (width, height) = next((header.path, header.sizes[0]) for header in headers if header.sizes)
    for header in headers:
        for page, size in enumerate(header.sizes):
            if size != (width, height):
                where = f"page {page} of {header.path.name}" if len(header.sizes) > 1 else header.path.name
                raise SourceError(
                    f"Pictures differ in size: {first.name} is {width}x{height}, {where} is {size[0]}x{size[1]}. "
                    "Give one size at a time."
                )
    return width, height


def name_pictures(headers: list[Header]) -> list[Picture]:
    """Name the frame of each page.

    The name is the file's stem, or the whole file name if stems collide; then `-page` if the file has many pages. If
    there is one stack only, the name is the page. Raises SourceError if two names are equal nevertheless.
    """
    stems = Counter(header.path.stem for header in headers)
    pictures = []
    several = len(headers) > 1
    for header in headers:
        plain = header.path.stem if stems[header.path.stem] == 1 else header.path.name
        for page in range(max(1, len(header.sizes))):
            in_stack = f"{plain}-{page}" if several else str(page)
            name = in_stack if len(header.sizes) > 1 or header.cut_off else plain
            pictures.append(Picture(header.path, page, os.fsencode(name).decode("utf-8", "replace")[:_MAX_NAME]))
    _refuse_doubles(pictures)
    return pictures


def _refuse_doubles(pictures: list[Picture]) -> None:
    seen: dict[str, Path] = {}
    for picture in pictures:
        other = seen.setdefault(picture.name, picture.path)
        if other is not picture.path:
            raise SourceError(
                f"{other} and {picture.path} would both be called {picture.name} in the results. "
                "Rename one, or give one folder at a time."
            )
