"""A video file opened by FFmpeg: by its own bytes and nothing else.

The file is handed over open, so that no part of its name is taken for a protocol, an option or a pattern, and with the
format that its first bytes show, so that a text that names other files is no video.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from capture.sources.files import unreadable
from capture.sources.video.containers.container import Container
from stream.errors import SourceError

_READ_BYTES: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class OpenedVideo:
    """A file, the container in it, and its first video stream."""

    file: BinaryIO
    container: InputContainer
    stream: VideoStream

    def close(self) -> None:
        """Close both; may be called twice."""
        self.container.close()
        self.file.close()

    def __enter__(self) -> "OpenedVideo":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def opened(path: Path, form: Container) -> OpenedVideo:
    """Open a file of that form. Raises SourceError if it cannot be read, or FFmpeg finds no video in it."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise unreadable(path, error) from None
    hush_ffmpeg()
    try:
        container = av.open(file, "r", format=form.demuxer, buffer_size=_READ_BYTES)
    except (FFmpegError, ValueError) as error:
        file.close()
        raise SourceError(not_decoded(path, form)) from error
    if not container.streams.video:
        container.close()
        file.close()
        raise SourceError(f"{path} holds no video, only sound or other data.")
    return OpenedVideo(file, container, container.streams.video[0])


def hush_ffmpeg() -> None:
    """Keep FFmpeg's own messages off stderr: what goes wrong is said once, in an error of this program."""
    av.logging.set_level(av.logging.ERROR)
    messages = logging.getLogger("libav")
    messages.propagate = False
    if not messages.handlers:  # else Python prints them, as a last resort
        messages.addHandler(logging.NullHandler())


def not_decoded(path: Path, form: Container) -> str:
    """Return the sentence on a file in which FFmpeg finds no picture."""
    if form.damaged:
        return (
            f"{path} is damaged or was cut off, and what is left cannot be read (an mp4 keeps its index at its end). "
            "Copy or record it again."
        )
    return f"{path} is a damaged {form.format} file, or holds no video that can be decoded."
