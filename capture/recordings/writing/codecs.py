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

from capture.sources.video.planes import coded_colours
from stream.pixels.arrays import Pixels
from stream.pixels.frame_image import FrameImage
from stream.pixels.layouts import PixelLayout, is_planar

TIME_BASE: Final = Fraction(1, 1000)
"""Of presentation times: Matroska's own, ms."""
_NOMINAL_FPS: Final = 30
_SECOND_OF_FRAMES: Final = "30"
_START_CODE: Final = re.compile(b"\x00?\x00\x00\x01")


if TYPE_CHECKING:  # at run time it takes no type argument
    Packet = av.Packet[Any]


class Encoder(Protocol):
    """Turns one frame after the other into packets, in the same order and one for each."""

    def encode(self, image: FrameImage, at_ms: int) -> "Iterable[Packet]":
        """Return the packet of a frame, presented at `at_ms`."""

    def finish(self) -> "Iterable[Packet]":
        """Return what is still held."""


@dataclass(frozen=True, slots=True)
class Form:
    """How frames of some layouts are encoded. encoder, pixel_format: FFmpeg's names.

    make: makes what encodes into a stream, of a quality and a layout.
    """

    encoder: str
    pixel_format: str
    make: Callable[[VideoStream, int, PixelLayout], Encoder]


@dataclass(frozen=True, slots=True)
class Codec:
    """One codec.

    lossless: a decoded frame is the frame that was encoded, bit for bit. bgr, planes: how frames in BGR and in planes
    are encoded. options: of the encoder, from a quality of 1 to 100, which a lossless one does not use.
    stored: from a packet's bytes to those that Matroska keeps of it.
    """

    name: str
    lossless: bool
    bgr: Form
    planes: Form
    options: Callable[[int], Mapping[str, str]] = field(default=lambda _: {})
    stored: Callable[[bytes], bytes] = bytes

    def form(self, layout: PixelLayout) -> Form:
        """Return how frames of a layout are encoded."""
        return self.planes if is_planar(layout) else self.bgr


class _Jpeg:
    """OpenCV's JPEG, muxed as it is: a third of the time that FFmpeg's encoder takes, with its conversion."""

    def __init__(self, stream: VideoStream, quality: int, _layout: PixelLayout) -> None:
        self._stream, self._settings = stream, [cv2.IMWRITE_JPEG_QUALITY, quality]

    def encode(self, image: FrameImage, at_ms: int) -> "Iterable[Packet]":
        packet: Packet = av.Packet(cv2.imencode(".jpg", image.pixels, self._settings)[1].tobytes())
        packet.pts = packet.dts = at_ms
        packet.time_base, packet.stream, packet.is_keyframe = TIME_BASE, self._stream, True
        return [packet]

    def finish(self) -> "Iterable[Packet]":
        return []


class _Converted:
    """FFmpeg's encoder, given frames in its own pixel format."""

    def __init__(self, stream: VideoStream, convert: Callable[[FrameImage], av.VideoFrame]) -> None:
        self._stream, self._convert = stream, convert

    def encode(self, image: FrameImage, at_ms: int) -> "Iterable[Packet]":
        frame = self._convert(image)
        frame.pts, frame.time_base = at_ms, TIME_BASE
        return self._stream.encode(frame)

    def finish(self) -> "Iterable[Packet]":
        return self._stream.encode()


def _bt601(stream: VideoStream, _quality: int, _layout: PixelLayout) -> Encoder:
    """Encode YUV 4:2:0 by BT.601 in limited range, which OpenCV converts to six times as fast as FFmpeg's scaler."""
    stream.codec_context.colorspace, stream.codec_context.color_range = coded_colours("bt601")

    def convert(image: FrameImage) -> av.VideoFrame:
        planes = cv2.cvtColor(image.pixels, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)
        return av.VideoFrame.from_ndarray(planes, format="yuv420p")

    return _Converted(stream, convert)


def _planes(stream: VideoStream, _quality: int, layout: PixelLayout) -> Encoder:
    stream.codec_context.colorspace, stream.codec_context.color_range = coded_colours(layout)

    def convert(image: FrameImage) -> av.VideoFrame:
        lines = image.memory.reshape(image.height * 3 // 2, image.width)
        return av.VideoFrame.from_ndarray(lines, format="yuv420p")

    return _Converted(stream, convert)


def _bgr(stream: VideoStream, _quality: int, _layout: PixelLayout) -> Encoder:
    return _Converted(stream, lambda image: av.VideoFrame.from_ndarray(image.pixels, format="bgr24"))


def _bgr0(stream: VideoStream, _quality: int, _layout: PixelLayout) -> Encoder:
    def convert(image: FrameImage) -> av.VideoFrame:
        pixels = image.pixels
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


_JPEG: Final = Form("mjpeg", "yuvj420p", _Jpeg)

CODECS: Final[Mapping[str, Codec]] = {
    codec.name: codec
    for codec in (
        Codec("mjpeg", False, _JPEG, _JPEG),
        Codec(
            "h264",
            False,
            Form("libx264", "yuv420p", _bt601),
            Form("libx264", "yuv420p", _planes),
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
            Form("libx264rgb", "bgr24", _bgr),
            Form("libx264", "yuv420p", _planes),
            lambda _: {"qp": "0", "preset": "ultrafast", "tune": "zerolatency", "g": _SECOND_OF_FRAMES},
            _with_lengths,
        ),
        Codec(
            "ffv1",
            True,
            Form("ffv1", "bgr0", _bgr0),
            Form("ffv1", "yuv420p", _planes),
            lambda _: {"level": "3", "slices": "4", "slicecrc": "1"},
        ),
    )
}
"""Every codec by the name that a user gives. Speed and size: docs/performance.md."""


def add_stream(
    container: av.container.OutputContainer, form: Form, options: Mapping[str, str], width: int, height: int
) -> VideoStream:
    """Add a stream of frames of a size to a container that is being written. Raises av.error.FFmpegError."""
    stream = container.add_stream(form.encoder, rate=_NOMINAL_FPS, options=dict(options))
    assert isinstance(stream, VideoStream)  # by the codec's kind
    stream.width, stream.height, stream.pix_fmt = width, height, form.pixel_format
    stream.codec_context.time_base = TIME_BASE
    stream.codec_context.thread_count = 1
    return stream
