"""Cameras that speak HTTP: a stream of JPEG pictures, single pictures, or video in a container."""

import itertools
import re
import threading
from collections.abc import Iterator
from typing import Final

import av
from av.error import FFmpegError

from capture.sources.network.address import Address
from capture.sources.network.http_video.asking_rate import AskingRate
from capture.sources.network.http_video.http_client import HttpAnswer
from capture.sources.network.http_video.motion_jpeg import pictures, snapshot
from capture.sources.network.http_video.multipart import boundary_of
from capture.sources.network.newest import CameraFrame
from capture.sources.network.video import VideoFrames
from capture.sources.video.opened import listening
from stream.errors import SourceError

_BOUNDARY_LINE: Final = re.compile(rb"\s*--(\S+)[ \t]*\r?\n")
_JPEG: Final = b"\xff\xd8\xff"
_CONTAINERS: Final = re.compile(r"video/|application/(octet-stream|ogg|x-matroska|mp4)|$")

_OPTIONS: Final = {
    "fflags": "nobuffer",
    # A playlist could name any file or address: FFmpeg may open none, and read only what holds its video itself.
    "protocol_whitelist": "none",
    "format_whitelist": "mpegts,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,flv,ogg,avi,asf,mpeg,mjpeg,h264,hevc",
}


class HttpStream:
    """The frames of one camera; see `capture.sources.network.network_source.CameraStream`."""

    def __init__(self, address: Address, timeout_s: float, ca_file: str | None, snapshots_per_s: float) -> None:
        """Prepare the question; `frames` asks it. snapshots_per_s: how often single pictures are asked for."""
        self.fps: float | None = None
        self._address, self._timeout_s, self._ca_file = address, timeout_s, ca_file
        self._snapshots_per_s = snapshots_per_s
        self._left = threading.Event()
        self._answer: HttpAnswer | None = None

    def frames(self) -> Iterator[CameraFrame]:
        """Ask, and yield frames as they come. Raises SourceError."""
        try:
            answer = self._ask()
            kind = answer.content_type.partition(";")[0].strip().lower()
            chunks = iter(answer.read, b"")
            if kind.startswith("multipart/"):
                yield from pictures(chunks, boundary_of(answer.content_type))
            elif kind in ("image/jpeg", "image/jpg"):
                yield from self._snapshots(chunks)
            elif _CONTAINERS.match(kind):
                yield from self._unnamed(chunks)
            else:
                raise SourceError(
                    f"{self._address.label} answers with {kind}, not with video. "
                    f"Look up the address of its video in the camera's manual."
                )
        finally:
            if self._answer is not None:
                self._answer.close()

    def stop(self) -> None:
        """End `frames` soon, also in the middle of a wait."""
        self._left.set()
        if self._answer is not None:
            self._answer.stop()

    def _ask(self) -> HttpAnswer:
        if self._answer is not None:
            self._answer.close()
        self._answer = HttpAnswer(self._address, self._timeout_s, self._ca_file)
        if self._left.is_set():
            self._answer.stop()
        self._answer.open()
        return self._answer

    def _snapshots(self, chunks: Iterator[bytes]) -> Iterator[CameraFrame]:
        """Yield the first picture, and ask for one after the other."""
        self.fps = self._snapshots_per_s
        pace = AskingRate(self._snapshots_per_s)
        yield snapshot(chunks)
        while not self._left.wait(pace.wait_s()):
            yield snapshot(iter(self._ask().read, b""))

    def _unnamed(self, chunks: Iterator[bytes]) -> Iterator[CameraFrame]:
        """Yield the frames of bytes that tell themselves what they are: parts, or a container."""
        first = next(chunks, b"")
        chunks = itertools.chain([first], chunks)
        boundary = _BOUNDARY_LINE.match(first)
        if boundary is not None:
            yield from pictures(chunks, boundary[1])
            return
        if first.startswith(_JPEG) and self._answer is not None and self._answer.length is not None:
            yield from self._snapshots(chunks)
            return
        try:
            with listening(), av.open(_Body(chunks), "r", options=_OPTIONS) as container:
                frames = VideoFrames(container)
                self.fps = frames.fps
                yield from frames
        except FFmpegError:
            raise SourceError(
                f"{self._address.label} sends no video that can be read while it comes (JPEG, MPEG-TS, Matroska, "
                "fragmented MP4, FLV), or breaks off. Download a recording first."
            ) from None


class _Body:
    """Bytes that come in pieces, as a file that can be read once."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest = chunks, b""

    def read(self, size: int) -> bytes:
        """Return what has come, up to `size` bytes; empty at the end."""
        data = self._rest or next(self._chunks, b"")
        self._rest = data[size:]
        return data[:size]
