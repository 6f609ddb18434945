"""MPEG-2, H.264 and HEVC inside DICOM (PS3.5 A.4.5 to A.4.9): one stream over all fragments, decoded by PyAV."""

import io
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, BinaryIO, Final

import av
import numpy as np
from av.video.reformatter import Colorspace

from capture.sources.dicom.frame_bytes import Fragment
from stream.errors import FrameError
from stream.protocol.contracts import Pixels

SYNTAXES: Final = frozenset(
    f"1.2.840.10008.1.2.4.{one}"
    for one in ("100", "100.1", "101", "101.1", "102", "102.1", "103", "103.1", "104", "104.1", "105", "105.1", "106",
                "106.1", "107", "108")
)  # fmt: skip
_UNSPECIFIED: Final = 2  # colour matrix, ITU-T H.273


class FragmentStream(io.RawIOBase):
    """The bytes of fragments, one behind the other, as a file that FFmpeg reads."""

    def __init__(self, file: BinaryIO, parts: list[Fragment]) -> None:
        self._file, self._parts, self._at = file, parts, 0
        self._starts = list(accumulate((part.length for part in parts), initial=0))

    def readable(self) -> bool:
        """See `io.RawIOBase`."""
        return True

    def seekable(self) -> bool:
        """See `io.RawIOBase`."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, none at the end or once the file is cut off."""
        for part, start in zip(self._parts, self._starts, strict=False):
            if start <= self._at < start + part.length:
                left = start + part.length - self._at
                self._file.seek(part.start + self._at - start)
                data = self._file.read(left if size < 0 else min(size, left))
                self._at += len(data)
                return data
        return b""

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a byte of the stream."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._starts[-1]}[whence]
        self._at = max(0, base + offset)
        return self._at


class MpegFrames:
    """The frames of a stream, in order; an earlier one is reached from the start."""

    def __init__(self, file: BinaryIO, parts: list[Fragment], columns: int, rows: int) -> None:
        self._file, self._parts, self._size = file, parts, (columns, rows)
        self._container: Any = None
        self._decoded: Iterator[Any] = iter(())
        self._next = 0

    def write_bgr(self, index: int, out: Pixels) -> None:
        """Write a frame into `out`, (height, width, 3) uint8 BGR. Raises FrameError."""
        if self._container is None or index < self._next:
            self._open()
        frame = None
        while self._next <= index:
            frame = self._following()
            self._next += 1
        if frame is None or frame.is_corrupt:
            raise FrameError(f"Frame {index} is damaged, or is not in the file.")
        if (frame.width, frame.height) != self._size:
            raise FrameError(
                f"Frame {index} is {frame.width}x{frame.height}; the header says {self._size[0]}x{self._size[1]}."
            )
        matrix = {} if frame.colorspace not in (0, _UNSPECIFIED) else {"src_colorspace": Colorspace.ITU601}
        pixels = frame.to_ndarray(format="bgr24", **matrix)
        # Two fields are two moments: the upper one is taken, its lines doubled.
        out[:] = np.repeat(pixels[::2], 2, axis=0)[: self._size[1]] if frame.interlaced_frame else pixels

    def interlaced(self) -> bool:
        """Return whether the first frame consists of two fields. Raises FrameError."""
        self._open()
        frame = self._following()
        self.close()
        return frame is not None and bool(frame.interlaced_frame)

    def _open(self) -> None:
        self.close()
        try:
            self._container = av.open(FragmentStream(self._file, self._parts), options={"err_detect": "explode"})
            self._container.streams.video[0].thread_count = 1
            self._decoded = self._container.decode(video=0)
        except (av.FFmpegError, IndexError, ValueError):
            raise FrameError("The video in the DICOM file is damaged or was cut off; copy the file again.") from None
        self._next = 0

    def _following(self) -> Any:
        try:
            return next(self._decoded, None)
        except av.FFmpegError:
            self._decoded = self._container.decode(video=0)  # it goes on behind what was damaged
            return None

    def close(self) -> None:
        """Close the stream; may be called twice."""
        if self._container is not None:
            self._container.close()
            self._container = None
