"""Recorded video through OpenCV's FFmpeg: every frame once, in order, decoded straight into the caller's buffer."""

from pathlib import Path
from typing import Final

import cv2

from capture.sources.containers.container import Container
from capture.sources.containers.recognise import recognise
from capture.sources.files import is_folder, unreadable
from capture.sources.naming import pseudonym
from capture.sources.opencv import decode, hush
from capture.sources.uri import SourceUri
from stream.errors import SourceError, UsageError
from stream.protocol.contracts import Grab, Pixels

# One thread costs no more CPU a frame than two (1080p H.264: 4.5 against 4.8 ms), and leaves the cores to the workers.
_DECODER_THREADS: Final = 1
_FPS_WHERE_UNKNOWN: Final = 25.0


def open_video(uri: SourceUri) -> "VideoSource":
    """Open `clip.mp4` and `video:clip.mp4`. Raises SourceError, UsageError."""
    if uri.options:
        raise UsageError(f"A recording takes no options; it was given {', '.join(uri.options)}.")
    return VideoSource(Path(uri.path))


class VideoSource:
    """A recording; see `stream.protocol.contracts.FrameSource`.

    frame_count is what the container holds, None if that cannot be known (transport streams, fragments).
    Rotation tags are ignored: pixels come as they were recorded.
    """

    live = False

    def __init__(self, path: Path) -> None:
        """Open the file. Raises SourceError if it is missing, forbidden, no video, or cut off before its index."""
        self._path = path
        self._container = _container(path)
        self.name = pseudonym("video", path.name)
        self._open()
        self.width = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        self.height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.fps = fps if 0 < fps < 10_000 else None
        self.frame_count = self._container.frame_count

    def _open(self) -> None:
        hush()
        settings = [cv2.CAP_PROP_N_THREADS, _DECODER_THREADS]
        self._capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG, settings)
        if not self._capture.isOpened():
            raise SourceError(_unreadable(self._path, self._container))
        self._capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 0)
        self._index = -1
        self._time_s = 0.0
        self._ended = False

    def grab(self) -> Grab | None:
        """Advance to the next frame; None at the end.

        A file that breaks off ends early: frame_count shows it. Raises SourceError if there is no frame_count.
        """
        if self._ended:
            return None
        if not self._capture.grab():
            self._ended = True
            if self._container.damaged and self.frame_count is None:
                raise SourceError(
                    f"{self._path.name} is damaged or was cut off; {self._index + 1} of its frames could be read."
                )
            return None
        self._index += 1
        self._time_s = self._media_time()
        return Grab(self._index, str(self._index), self._time_s, self.width, self.height)

    def _media_time(self) -> float:
        """Return the container's presentation time, or the nominal one if the container's does not advance."""
        given = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if self._index == 0:
            return max(given, 0.0)
        period = 1 / (self.fps or _FPS_WHERE_UNKNOWN)
        return given if given > self._time_s else max(self._index * period, self._time_s + period)

    def retrieve(self, out: Pixels) -> None:
        """Decode the grabbed frame into `out`, (height, width, 3) uint8 BGR. Raises SourceError."""
        if self._ended or self._index < 0:
            raise SourceError(f"No frame of {self._path.name} is grabbed.")
        decode(
            self._capture,
            out,
            f"Frame {self._index} cannot be decoded; the recording is damaged there.",
            lambda size: (
                f"Frame {self._index} of {self._path.name} is {size}, the first was "
                f"{self.width}x{self.height}; a recording must keep its size."
            ),
        )

    def seek(self, index: int) -> None:
        """Make `index` the next frame, by decoding up to it.

        OpenCV's own seek goes by time, and errs if frames are missing or unevenly spaced. Takes about 4 ms per 1080p
        frame. Raises SourceError beyond the end.
        """
        if index < 0:
            raise SourceError(f"{self._path.name} has no frame {index}: frames count from 0.")
        if index <= self._index or self._ended:
            self._capture.release()
            self._open()
        while self._index < index - 1:
            if self.grab() is None:
                raise SourceError(f"{self._path.name} has no frame {index}: it ends after {self._index + 1} frames.")

    def close(self) -> None:
        """Close the file; a closed source is at its end."""
        self._capture.release()
        self._ended = True


def _container(path: Path) -> Container:
    if is_folder(path):
        raise SourceError(f"{path} is a folder, not a recording. Give its pictures as images:{path}.")
    try:
        container = recognise(path)
    except OSError as error:
        raise unreadable(path, error) from None
    if container is None:
        raise SourceError(
            f"{path} is empty or no video. Recordings are mp4, mov, avi, mkv, webm, ts, mpg, wmv, flv or ogv."
        )
    return container


def _unreadable(path: Path, container: Container) -> str:
    if container.damaged:
        return (
            f"{path} is damaged or was cut off, and what is left cannot be read (an mp4 keeps its index at its end). "
            "Copy or record it again."
        )
    return f"{path} is a damaged {container.format} file, or holds no video that can be decoded."
