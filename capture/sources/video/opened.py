"""A video file opened by FFmpeg: by its own bytes and nothing else.

`file:` stands before the name, so that no part of it is taken for a protocol or a pattern, and the format is the one
that the first bytes show, so that a text that names other files is no video. No other file or address may be opened.
"""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

import av
from av.codec.hwaccel import HWAccel
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from capture.sources.files import unreadable
from capture.sources.video.containers.container import Container
from stream.errors import SourceError

_OPTIONS: Final = {"protocol_whitelist": "file"}

MATROSKA: Final = Container("mkv")
"""The form of the recordings that this program writes."""


Messages = list[tuple[int, str, str]]
"""What FFmpeg said: level, who, words."""


@dataclass(frozen=True, slots=True)
class OpenedVideo:
    """The container in a file, and its first video stream that is no still picture, such as a cover.

    streams: how many such streams there are. pixel_format: that of software, if frames are decoded in hardware.
    """

    container: InputContainer
    stream: VideoStream
    streams: int = 1
    pixel_format: str = ""

    def close(self) -> None:
        """Close the file; may be called twice."""
        self.container.close()

    def __enter__(self) -> "OpenedVideo":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def opened(path: Path, form: Container, hardware: HWAccel | None = None) -> OpenedVideo:
    """Open a file of that form. Raises SourceError if it cannot be read, or FFmpeg finds no video in it.

    hardware: decodes it. Raises RuntimeError if it cannot.
    """
    hush_ffmpeg()
    try:
        path.open("rb").close()  # the system's own reason, if there is one
        name = f"file:{os.fspath(path)}"
        container = av.open(name, "r", format=form.demuxer, options=dict(_OPTIONS), hwaccel=hardware)
    except FFmpegError as error:
        raise SourceError(not_decoded(path, form)) from error
    except OSError as error:
        raise unreadable(path, error) from None
    except ValueError as error:
        raise SourceError(not_decoded(path, form)) from error
    moving = [one for one in container.streams.video if not one.disposition & Disposition.attached_pic]
    if not moving:
        container.close()
        raise SourceError(f"{path} holds no video, only sound or other data.")
    if getattr(moving[0], "codec_context", None) is None:  # a codec that is unknown here
        container.close()
        raise SourceError(not_decoded(path, form))
    return OpenedVideo(container, moving[0], len(moving))


def in_format(frame: VideoFrame, pixel_format: str) -> VideoFrame:
    """Return a frame with its samples placed in that way: NV12 of hardware only interleaves two planes."""
    return frame if pixel_format in ("", frame.format.name) else frame.reformat(format=pixel_format)


def listening() -> av.logging.Capture:
    """Return what catches FFmpeg's messages of this thread, which tell of faults and losses, and may name addresses."""
    hush_ffmpeg()
    av.logging.set_level(av.logging.DEBUG)  # the level of "Frame num gap"
    return av.logging.Capture()


def frames_left_out(messages: Messages) -> bool:
    """Return whether numbers of frames (H.264 7.4.3, frame_num) were left out before a packet.

    FFmpeg decodes what follows, with the frame before in place of the one that is missing. A key frame stands for
    itself whatever was left out before it.
    """
    return any("Frame num gap" in words for _, _, words in messages)


def hush_ffmpeg() -> None:
    """Keep FFmpeg's own messages off stderr: what goes wrong is said once, in an error of this program."""
    av.logging.set_level(av.logging.WARNING)  # the level of "missed packets", for all of a process
    av.logging.set_skip_repeated(False)  # else the second frame with the same fault would seem whole
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
