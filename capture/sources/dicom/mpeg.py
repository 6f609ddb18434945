"""MPEG-2, H.264 and HEVC inside DICOM (PS3.5 A.4.5 to A.4.9): one stream over all fragments, read as recordings are."""

import io
from collections.abc import Iterator
from contextlib import suppress
from itertools import accumulate
from typing import BinaryIO, Final

import av
from av.video.frame import VideoFrame

from capture.sources.dicom.frame_bytes import Fragment
from capture.sources.video.decoding import Decoded, Decoding
from capture.sources.video.opened import OpenedVideo, hush_ffmpeg
from capture.sources.video.pixels import FramePixels
from stream.errors import FrameError, SourceError
from stream.protocol.contracts import Pixels

SYNTAXES: Final = frozenset(
    f"1.2.840.10008.1.2.4.{one}"
    for one in ("100", "100.1", "101", "101.1", "102", "102.1", "103", "103.1", "104", "104.1", "105", "105.1", "106",
                "106.1", "107", "108")
)  # fmt: skip

_OPTIONS: Final = {
    # What is in the file may name other files and addresses: FFmpeg may open none, and read only what holds its video.
    "protocol_whitelist": "none",
    "format_whitelist": "h264,hevc,mpeg,mpegvideo,mpegts,mov,mp4,m4a,3gp,3g2,mj2",
}


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
        self._video: OpenedVideo | None = None
        self._frames: Iterator[Decoded] = iter(())
        self._next = 0
        self._last: Decoded | None = None
        self._pixels: FramePixels | None = None

    def write_bgr(self, index: int, out: Pixels) -> None:
        """Write a frame into `out`, (height, width, 3) uint8 BGR. Raises FrameError."""
        if self._video is None or index < self._next - 1:
            self._open()
        while self._next <= index:
            self._advance()
        if self._last is None:
            raise FrameError(f"Frame {index} is damaged, or is not in the file.")
        if self._last.frame is None:
            raise FrameError(f"Frame {index}: {self._last.damage}.")
        interlaced = self._last.interlaced
        pixels = self._pixels_of(self._last.frame, interlaced)
        try:
            pixels.write(self._last.frame, out, interlaced=interlaced)
        except FrameError as error:
            raise FrameError(f"Frame {index}: {error}.") from None

    def treatment(self) -> str:
        """Return what is done with the frames, by the first one that can be shown. Raises FrameError."""
        self._open()
        while (decoded := self._advance()) is not None:
            if decoded.frame is not None:
                return self._pixels_of(decoded.frame, decoded.interlaced).treatment
        return ""

    def count(self, promised: int) -> int:
        """Return how many frames there are, or are promised if these are more. Raises FrameError.

        They are decoded to be counted only if there are more packets than promised: a frame may be two of them.
        """
        self._open()
        assert self._video is not None
        packets = 0
        with suppress(av.FFmpegError):
            packets = sum(packet.size > 0 for packet in self._video.container.demux(self._video.stream))
        if packets <= promised or packets == 2 * promised:
            self.close()
            return promised
        self._open()
        frames = sum(1 for _ in iter(self._advance, None))
        self.close()
        return max(promised, frames)

    def _pixels_of(self, frame: VideoFrame, interlaced: bool) -> FramePixels:
        """Return what makes pixels. Raises FrameError if they are not of the size that the header says."""
        if self._pixels is None:
            self._pixels = FramePixels(frame, None, interlaced=interlaced)
        shown = self._pixels.width, self._pixels.height
        if shown != self._size:
            raise FrameError(f"The video is {shown[0]}x{shown[1]}; the header says {self._size[0]}x{self._size[1]}.")
        return self._pixels

    def _open(self) -> None:
        self.close()
        hush_ffmpeg()
        try:
            container = av.open(FragmentStream(self._file, self._parts), "r", options=dict(_OPTIONS))
            self._video = OpenedVideo(container, container.streams.video[0])
        except (av.FFmpegError, IndexError, ValueError):
            raise FrameError("The video in the DICOM file is damaged or was cut off; copy the file again.") from None
        self._frames, self._next = iter(Decoding(self._video, counts_ticks=False)), 0

    def _advance(self) -> Decoded | None:
        """Take up the next frame; None at the end, or if the stream breaks off."""
        self._next += 1
        try:
            self._last = next(self._frames, None)
        except (av.FFmpegError, ValueError, MemoryError):
            self._last = None
        except SourceError as error:
            raise FrameError(f"The video in the DICOM file {error}.") from None
        return self._last

    def close(self) -> None:
        """Close the stream; may be called twice."""
        self._frames = iter(())
        if self._video is not None:
            self._video.close()
            self._video = None
