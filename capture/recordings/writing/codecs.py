"""The codecs of recordings: pixels to packets. Each says whether what comes back is the pixels, bit for bit."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Protocol

import av
import cv2
import numpy as np
from av.video.stream import VideoStream

from stream.protocol.contracts import Pixels

TIME_BASE: Final = Fraction(1, 1000)
"""Of presentation times: Matroska's own, ms."""
_NOMINAL_FPS: Final = 30
_SECOND_OF_FRAMES: Final = "30"
_START_CODE: Final = re.compile(b"\x00?\x00\x00\x01")


if TYPE_CHECKING:  # at run time it takes no type argument
    Packet = av.Packet[Any]


class Encoder(Protocol):
    """Turns one frame after the other into packets, in the same order and one for each."""

    def encode(self, pixels: Pixels, at_ms: int) -> "Iterable[Packet]":
        """Return the packet of a frame, (height, width, 3) uint8 BGR, presented at `at_ms`."""

    def finish(self) -> "Iterable[Packet]":
        """Return what is still held."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One codec.

    lossless: a decoded frame is the frame that was encoded, bit for bit. encoder, pixel_format: FFmpeg's names.
    options: of the encoder, from a quality of 1 to 100, which a lossless one does not use.
    make: makes what encodes into a stream. stored: from a packet's bytes to those that Matroska keeps of it.
    """

    name: str
    lossless: bool
    encoder: str
    pixel_format: str
    make: Callable[[VideoStream, int], Encoder]
    options: Callable[[int], Mapping[str, str]] = field(default=lambda _: {})
    stored: Callable[[bytes], bytes] = bytes


class _Jpeg:
    """OpenCV's JPEG, muxed as it is: a third of the time that FFmpeg's encoder takes, with its conversion."""

    def __init__(self, stream: VideoStream, quality: int) -> None:
        self._stream, self._settings = stream, [cv2.IMWRITE_JPEG_QUALITY, quality]

    def encode(self, pixels: Pixels, at_ms: int) -> "Iterable[Packet]":
        packet: Packet = av.Packet(cv2.imencode(".jpg", pixels, self._settings)[1].tobytes())
        packet.pts = packet.dts = at_ms
        packet.time_base, packet.stream, packet.is_keyframe = TIME_BASE, self._stream, True
        return [packet]

    def finish(self) -> "Iterable[Packet]":
        return []


class _Converted:
    """FFmpeg's encoder, given frames in its own pixel format."""

    def __init__(self, stream: VideoStream, convert: Callable[[Pixels], av.VideoFrame]) -> None:
        self._stream, self._convert = stream, convert

    def encode(self, pixels: Pixels, at_ms: int) -> "Iterable[Packet]":
        frame = self._convert(pixels)
        frame.pts, frame.time_base = at_ms, TIME_BASE
        return self._stream.encode(frame)

    def finish(self) -> "Iterable[Packet]":
        return self._stream.encode()


def _bt601(stream: VideoStream, _quality: int) -> Encoder:
    """Encode YUV 4:2:0 by BT.601 in limited range, which OpenCV converts to six times as fast as FFmpeg's scaler."""
    context = stream.codec_context
    context.colorspace, context.color_range = 6, 1  # SMPTE 170M, MPEG: numbers of ITU-T H.273

    def convert(pixels: Pixels) -> av.VideoFrame:
        planes = cv2.cvtColor(pixels, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)
        return av.VideoFrame.from_ndarray(planes, format="yuv420p")

    return _Converted(stream, convert)


def _bgr(stream: VideoStream, _quality: int) -> Encoder:
    return _Converted(stream, lambda pixels: av.VideoFrame.from_ndarray(pixels, format="bgr24"))


def _bgr0(stream: VideoStream, _quality: int) -> Encoder:
    def convert(pixels: Pixels) -> av.VideoFrame:
        four = np.zeros((*pixels.shape[:2], 4), np.uint8)
        cv2.mixChannels([pixels], [four], [0, 0, 1, 1, 2, 2])
        frame = av.VideoFrame(pixels.shape[1], pixels.shape[0], "bgr0")
        frame.planes[0].update(_padded(four, frame.planes[0].line_size))
        return frame

    return _Converted(stream, convert)


def _with_lengths(packet: bytes) -> bytes:
    """Return an H.264 packet with lengths instead of start codes (ISO/IEC 14496-15, 5.3.3), as Matroska keeps it."""
    units = _START_CODE.split(packet)[1:]
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


def _padded(four: Pixels, line_size: int) -> bytes:
    height, width = four.shape[:2]
    lines = four.reshape(height, width * 4)
    return np.pad(lines, ((0, 0), (0, line_size - width * 4))).tobytes() if line_size > width * 4 else lines.tobytes()


CODECS: Final[Mapping[str, Codec]] = {
    codec.name: codec
    for codec in (
        Codec("mjpeg", False, "mjpeg", "yuvj420p", _Jpeg),
        Codec(
            "h264",
            False,
            "libx264",
            "yuv420p",
            _bt601,
            lambda quality: {
                # A constant rate factor of 18 is what x264's documentation calls visually lossless; 51 is the worst.
                "crf": f"{round(51 - quality * 0.367)}",
                "preset": "ultrafast",
                "tune": "zerolatency",
                "g": _SECOND_OF_FRAMES,
            },
            _with_lengths,
        ),
        Codec(
            "lossless",
            True,
            "libx264rgb",
            "bgr24",
            _bgr,
            lambda _: {"qp": "0", "preset": "ultrafast", "tune": "zerolatency", "g": _SECOND_OF_FRAMES},
            _with_lengths,
        ),
        Codec("ffv1", True, "ffv1", "bgr0", _bgr0, lambda _: {"level": "3", "slices": "4", "slicecrc": "1"}),
    )
}
"""Every codec by the name that a user gives. Speed and size: docs/performance.md."""


def add_stream(
    container: av.container.OutputContainer, codec: Codec, width: int, height: int, quality: int
) -> VideoStream:
    """Add a stream of frames of a size to a container that is being written. Raises av.error.FFmpegError."""
    stream = container.add_stream(codec.encoder, rate=_NOMINAL_FPS, options=dict(codec.options(quality)))
    assert isinstance(stream, VideoStream)  # by the codec's kind
    stream.width, stream.height, stream.pix_fmt = width, height, codec.pixel_format
    stream.codec_context.time_base = TIME_BASE
    stream.codec_context.thread_count = 1
    return stream
