"""Measures the floor: CPU time that any program needs for a frame, on this machine and at this moment.

The floor is decoding the frame with PyAV in one thread, converting it to BGR, and one pass over its pixels. It shares
no code with the program's own readers: so it stays what it is when they become faster.
"""

import contextlib
import io
import time
from collections.abc import Generator
from pathlib import Path
from statistics import fmean
from typing import Final

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter

from stream.errors import FrameError, SourceError
from stream.machine.shared_memory import keep_freed_memory
from stream.protocol.contracts import FrameSource, Pixels

_WARM: Final = 2  # frames that are not counted: first allocations
_FRAMES: Final = 60
_ENCODED: Final = 30
_PICTURES: Final = ("_pipe", "image2")  # how FFmpeg names the formats of single pictures
_ENCODING: Final = {"preset": "veryfast", "crf": "18"}


class Floor:
    """The frames of one recording, decoded again and again: what that costs is the unit of a bench.

    recording: its path, or the bytes of the file. Raises SourceError if FFmpeg decodes nothing of it.
    """

    def __init__(self, recording: Path | bytes) -> None:
        keep_freed_memory()  # memory that was never touched is given by the system page by page: not decoding's time
        cv2.setNumThreads(1)
        self._recording, self._reformatter = recording, VideoReformatter()
        self._frames = self._decoded()
        if not all(self._take() for _ in range(_WARM)):
            raise SourceError(f"FFmpeg decodes fewer than {_WARM} frames of the recording: it is no measure")

    def frame_ms(self) -> float:
        """Decode, convert and read the next frame, after the last one the first; return its CPU time, ms."""
        while True:
            started = time.thread_time_ns()
            if self._take():
                return (time.thread_time_ns() - started) / 1e6
            self._frames = self._decoded()

    def mean_ms(self) -> float:
        """Return the CPU time of a frame, ms: the mean of the next frames, for key frames cost more than others."""
        return fmean(self.frame_ms() for _ in range(_FRAMES))

    def close(self) -> None:
        """Close the recording."""
        self._frames.close()

    def _take(self) -> bool:
        frame = next(self._frames, None)
        if frame is not None:
            cv2.sumElems(self._reformatter.reformat(frame, format="bgr24", threads=1).to_ndarray())
        return frame is not None

    def _decoded(self) -> Generator[av.VideoFrame, None, None]:
        """Yield frames up to the end, or to where the recording is damaged."""
        file = io.BytesIO(self._recording) if isinstance(self._recording, bytes) else self._recording
        with contextlib.suppress(av.FFmpegError), av.open(file, "r") as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_type, stream.codec_context.thread_count = "NONE", 1
            yield from container.decode(stream)


def floor_of(source: str, frames: FrameSource) -> Floor:
    """Return the floor of a source; `frames` are its frames. Closes them.

    A source that is no video file has no decoder of its own to be compared with: its first frames are encoded as H.264,
    in memory, and decoding that is its floor.
    """
    with contextlib.closing(frames):
        return Floor(Path(source) if _is_video(source) else _encoded(frames))


def _is_video(source: str) -> bool:
    try:
        with av.open(source) as container:
            return bool(container.streams.video) and not container.format.name.endswith(_PICTURES)
    except (av.FFmpegError, OSError, ValueError):
        return False


def _encoded(frames: FrameSource) -> bytes:
    pixels: Pixels = np.empty((frames.height, frames.width, 3), np.uint8)
    even = pixels[: frames.height // 2 * 2, : frames.width // 2 * 2]  # chroma is at half resolution
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("libx264", 30, _ENCODING)
        stream.height, stream.width, stream.pix_fmt = *even.shape[:2], "yuv420p"
        for _ in range(_ENCODED):
            if frames.grab() is None:
                break
            with contextlib.suppress(FrameError):
                frames.retrieve(pixels)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="bgr24")))
        container.mux(stream.encode())
    return file.getvalue()
