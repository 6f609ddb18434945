"""DICOM as a source of frames: a file, or a folder with the instances of one series."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from capture.sources.dicom.codecs import check_syntax, decode_frame
from capture.sources.dicom.facts import frame_times, um_per_px
from capture.sources.dicom.finding import dicom_files
from capture.sources.dicom.frame_bytes import read_frame
from capture.sources.dicom.header import DicomHeader, explained_dicom, read_dicom
from capture.sources.dicom.mpeg import SYNTAXES, MpegFrames
from capture.sources.dicom.shades import Shades, check_pixels
from capture.sources.naming import pseudonym
from capture.sources.options import options_as
from capture.sources.pictures.damage import DAMAGE
from capture.sources.uri import SourceUri
from stream.errors import FrameError, SourceError
from stream.machine.files import expanded
from stream.protocol.contracts import Grab, Pixels

_SHOWN: Final = 3


class DicomOptions(msgspec.Struct, frozen=True):
    """DICOM takes no options: the file says all."""


@dataclass(frozen=True, slots=True)
class Position:
    """A frame to come: which of the headers, which frame of that file, and its time in seconds."""

    header: int
    frame: int
    time_s: float


def open_dicom(uri: SourceUri) -> "DicomSource":
    """Open `file.dcm`, `dicom:FILE`, `dicom:FOLDER`. Raises SourceError, UsageError."""
    options_as(uri, DicomOptions)
    paths = dicom_files(uri.path)
    headers = [read_dicom(path) for path in paths]
    for header in headers:
        _check(header)
    alone = paths == [expanded(uri.path)]
    return DicomSource(pseudonym("dicom", paths[0].name) if alone else "dicom", _in_order(headers))


def _check(header: DicomHeader) -> None:
    """Try all that the header is used for. Raises SourceError."""
    with explained_dicom(header.path):
        _number(header), header.size, frame_times(header.data, 1), um_per_px(header.data)
        if header.syntax not in SYNTAXES:
            check_syntax(header.syntax)
            check_pixels(header.data)
            Shades(header.data)


def _number(header: DicomHeader) -> tuple[int, int]:
    """Return InstanceNumber, and the place of the first frame if the file is a part of a concatenation.

    (PS3.3 C.7.6.16.2.2.4.)
    """
    return int(header.data.get("InstanceNumber") or 0), int(header.data.get("ConcatenationFrameOffsetNumber") or 0)


def _in_order(headers: list[DicomHeader]) -> list[DicomHeader]:
    """Return the instances of one series by InstanceNumber.

    Raises SourceError if there are several series, or pictures differ in size.
    """
    by_series: dict[str, list[Path]] = {}
    for header in headers:
        by_series.setdefault(str(header.data.get("SeriesInstanceUID", "")), []).append(header.path)
    if len(by_series) > 1:
        named = ", ".join(f"{paths[0].name} ({len(paths)})" for paths in list(by_series.values())[:_SHOWN])
        raise SourceError(
            f"The DICOM files are of {len(by_series)} series, which begin with {named}; give one at a time."
        )
    first = headers[0]
    for header in headers:
        if header.size != first.size:
            raise SourceError(
                f"Pictures differ in size: {first.path.name} is {first.size[0]}x{first.size[1]}, {header.path.name} is "
                f"{header.size[0]}x{header.size[1]}. Give one size at a time."
            )
    return sorted(headers, key=_number)


class DicomSource:
    """Frames of DICOM files, one after the other; see `stream.protocol.contracts.FrameSource`."""

    live = False

    def __init__(self, name: str, headers: Sequence[DicomHeader]) -> None:
        self.name = name
        self.width, self.height = headers[0].size
        self._headers = headers
        self.fps, self._positions = _positions(headers)
        self.frame_count: int | None = len(self._positions)
        scales = {um_per_px(header.data) for header in headers}
        self.um_per_px = scales.pop() if len(scales) == 1 else None
        self._next, self._grabbed = 0, -1
        self._open: tuple[int, BinaryIO, MpegFrames | Shades] | None = None
        self.treatment = self._treatment()

    def grab(self) -> Grab | None:
        """Return the next frame, None after the last; read no pixel."""
        if self._next >= len(self._positions):
            self._grabbed = -1
            return None
        self._grabbed, self._next = self._next, self._next + 1
        time_s = self._positions[self._grabbed].time_s
        return Grab(self._grabbed, str(self._grabbed), time_s, self.width, self.height)

    def retrieve(self, out: Pixels) -> None:
        """Decode the grabbed frame into `out`, (height, width, 3) uint8 BGR.

        Raises FrameError, which names neither file nor patient, if it cannot be read.
        """
        if self._grabbed < 0:
            raise SourceError(f"No frame of {self.name} is grabbed.")
        position = self._positions[self._grabbed]
        try:
            self._write(position, out)
        except DAMAGE as error:
            if isinstance(error, FrameError) or (isinstance(error, OSError) and error.errno is not None):
                raise FrameError(str(error).replace(str(self._headers[position.header].path), "The file")) from None
            why = str(error) if isinstance(error, SourceError) else "is damaged"
            raise FrameError(f"Frame {self._grabbed} {why}.") from None

    def _treatment(self) -> str:
        """Return what is done with video to show it; if it cannot be read, its frames say so."""
        if self._headers[0].syntax not in SYNTAXES:
            return ""
        with contextlib.suppress(SourceError):
            _, pixels = self._opened(0)
            if isinstance(pixels, MpegFrames):
                return pixels.treatment()
        return ""

    def _opened(self, number: int) -> tuple[BinaryIO, MpegFrames | Shades]:
        """Return a file, held open while frames are taken from it, and what makes its pixels."""
        if self._open is None or self._open[0] != number:
            self._let_go()
            header = self._headers[number]
            file = header.open()
            pixels = _mpeg(header, file) if header.syntax in SYNTAXES else Shades(header.data)
            self._open = number, file, pixels
        return self._open[1:]

    def _write(self, position: Position, out: Pixels) -> None:
        header = self._headers[position.header]
        file, pixels = self._opened(position.header)
        if isinstance(pixels, MpegFrames):
            pixels.write_bgr(position.frame, out)
            return
        raw = read_frame(file, header.frames[position.frame])
        samples, already_rgb = decode_frame(raw, header.data, header.syntax, header.big_endian)
        pixels.write_bgr(samples, already_rgb, position.frame, out)

    def seek(self, index: int) -> None:
        """Make `index` the next frame. Raises SourceError beyond the end."""
        if not 0 <= index <= len(self._positions):
            raise SourceError(f"{self.name} has no frame {index}: it has {len(self._positions)}.")
        self._next = index

    def _let_go(self) -> None:
        if self._open is not None:
            _, file, pixels = self._open
            if isinstance(pixels, MpegFrames):
                pixels.close()
            file.close()
            self._open = None

    def close(self) -> None:
        """Close the file; a closed source is at its end."""
        self._let_go()
        self._next, self._grabbed = len(self._positions), -1


def _mpeg(header: DicomHeader, file: BinaryIO) -> MpegFrames:
    return MpegFrames(file, [part for frame in header.frames for part in frame], *header.size)


def _video_frames(header: DicomHeader) -> int:
    """Return how many frames of a video are promised, or there are, if these are more."""
    promised = int(header.data.get("NumberOfFrames") or 1)
    with contextlib.suppress(FrameError), header.open() as file:  # what cannot be opened gives rows that fail
        return _mpeg(header, file).count(promised)
    return promised


def _positions(headers: Sequence[DicomHeader]) -> tuple[float | None, list[Position]]:
    """Return frames per second, and each frame of each file with its time; a file begins a step after the last one."""
    positions, start, rates = list[Position](), 0.0, set[float | None]()
    for number, header in enumerate(headers):
        count = _video_frames(header) if header.syntax in SYNTAXES else len(header.frames)
        rate, times = frame_times(header.data, count)
        positions += [Position(number, frame, start + time) for frame, time in enumerate(times)]
        start += times[-1] + 1 / (rate or 1.0)
        rates.add(rate)
    return (rates.pop() if len(rates) == 1 else None), positions
