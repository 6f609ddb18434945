"""Decoders in hardware: only the one that a user names, and only if its first frames are those of software.

H.264 and H.265 (clause 8 of each) say what every decoder gives, bit by bit. So the pixels of a hardware decoder are
compared with those of FFmpeg's own, plane by plane, before the first one is analysed. Quick Sync of Intel is reached by
`vaapi` and `d3d11va`.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.codec.hwaccel import HWAccel, hwdevices_available
from av.error import FFmpegError
from av.video.frame import VideoFrame

from capture.sources.video.containers.container import Container
from capture.sources.video.opened import OpenedVideo, hush_ffmpeg, in_format, opened
from stream.config.sections import HARDWARE_DECODERS, Decoder
from stream.errors import SourceError

COMPARED: Final = 8
"""Frames: among them some that build on others."""

_PROBE: Final = "h264"
"""Every kind of hardware decodes it."""

_INSTEAD: Final = 'Choose another one, or [capture] decoder = "software".'


def why_missing(decoder: str) -> str:
    """Return why this machine does not have a hardware decoder, as the end of a sentence; empty if it has it."""
    if decoder not in hwdevices_available():
        return f"this FFmpeg was built without it; it has {', '.join(hwdevices_available()) or 'none'}"
    hush_ffmpeg()
    try:
        HWAccel(decoder).create(av.Codec(_PROBE, "r"))
    except NotImplementedError:
        return "this FFmpeg has it, but for no video"
    except FFmpegError as error:
        return f"no such device answers ({error.strerror})"
    return ""


def hardware_decoders() -> dict[str, str]:
    """Return for each decoder that can be named why this machine does not have it; empty if it has it."""
    return {decoder: why_missing(decoder) for decoder in HARDWARE_DECODERS}


def opener(path: Path, form: Container, decoder: Decoder) -> Callable[[], OpenedVideo]:
    """Return what opens a video to be decoded so: in hardware only if its first frames are those of software.

    Raises SourceError if the machine does not have the decoder, or frames differ, or the file cannot be read.
    """
    if decoder == "software":
        return partial(opened, path, form)
    if reason := why_missing(decoder):
        raise SourceError(f"This machine cannot decode with {decoder}: {reason}. {_INSTEAD}")
    with opened(path, form) as video:
        expected = list(_first_frames(video))
    with _accelerated(path, form, decoder) as video:
        number = first_difference(expected, _first_frames(video))
    if number is not None:
        raise SourceError(
            f"The decoder {decoder} gives other pixels than software in frame {number} of {path}, and cannot be used "
            f"for it. {_INSTEAD}"
        )
    return partial(_accelerated, path, form, decoder, expected[0].format.name if expected else "")


def _accelerated(path: Path, form: Container, decoder: str, pixel_format: str = "") -> OpenedVideo:
    try:
        video = opened(path, form, HWAccel(decoder, allow_software_fallback=False))
        return replace(video, pixel_format=pixel_format)
    except RuntimeError:  # PyAV: "no stream is compatible"
        raise SourceError(f"The decoder {decoder} does not decode the video of {path}. {_INSTEAD}") from None


def _first_frames(video: OpenedVideo) -> Iterator[VideoFrame]:
    """Yield the first frames that are whole; fewer if the decoder fails or the video ends."""
    frames = video.container.decode(video.stream)
    try:
        yield from itertools.islice(frames, COMPARED)
    except FFmpegError:
        return


def first_difference(expected: Iterable[VideoFrame], found: Iterable[VideoFrame]) -> int | None:
    """Return the number of the first frame, from 0, whose time or pixels differ; None if all are the same."""
    for number, (one, other) in enumerate(itertools.zip_longest(expected, found)):
        if one is None or other is None or one.pts != other.pts:
            return number
        if not np.array_equal(one.to_ndarray(), in_format(other, one.format.name).to_ndarray()):
            return number
    return None
