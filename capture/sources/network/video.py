"""Video of a camera through PyAV: packets become frames, and damaged frames are known as such.

A decoder conceals what is missing, with older pictures. So a frame counts as damaged if the transport lost packets, if
the decoder says so, and as long as it builds on such a frame: until the next key frame. Pixels are made as those of
recordings are: one field of interlaced frames, square pixels, the colours that the video says it has.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Final

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from capture.sources.network.damage import Damage
from capture.sources.network.jpeg_frame import jpeg_frame
from capture.sources.network.newest import CameraFrame
from capture.sources.video.fields import Fields
from capture.sources.video.opened import Messages, frames_left_out, listening
from capture.sources.video.pixels import FramePixels
from capture.sources.video.references import NOT_DECODED
from stream.errors import FrameError, SourceError
from stream.pixels.arrays import Bytes

_LOST: Final = re.compile(r"missed \d+ packets|bad cseq|Continuity check failed|Packet corrupt")
_MOST_FPS: Final = 1000


class Gaps:
    """How many frames are missing between two, by their times of presentation. Pure."""

    def __init__(self, fps: float | None) -> None:
        self._fps = fps
        self._last_s: Fraction | None = None

    def before(self, time_s: Fraction | None) -> int:
        """Return how many frames are missing before the one of that time; 0 if nothing tells."""
        last_s, self._last_s = self._last_s, time_s
        if last_s is None or time_s is None or self._fps is None:
            return 0
        return max(0, round(float(time_s - last_s) * self._fps) - 1)


class VideoFrames:
    """The frames of a container's first video stream, as they come."""

    def __init__(self, container: InputContainer) -> None:
        """Choose the stream. Raises SourceError if there is none."""
        if not container.streams.video:
            raise SourceError(
                "The address gives no video, but sound, data or nothing. "
                "Look up the address of its video in the camera's manual."
            )
        self._container = container
        self._stream: VideoStream = container.streams.video[0]
        codec = self._stream.codec_context
        codec.thread_count = 1  # more threads hold frames back
        rate = self._stream.average_rate
        self.fps = float(rate) if rate is not None and 0 < rate <= _MOST_FPS else None
        self._gaps = Gaps(self.fps)
        self._damage = Damage(intra_only=codec.codec.intra_only)
        self._pixels: FramePixels | None = None
        self._fields = Fields(codec)

    def __iter__(self) -> Iterator[CameraFrame]:
        """Yield frames until the stream ends. Raises FFmpegError, and what the container's file raises."""
        take = self._picture if self._stream.codec_context.name == "mjpeg" else self._decoded
        with listening() as logs:
            for packet in self._container.demux(self._stream):
                lost = packet.is_corrupt or any(_LOST.search(words) for _, _, words in logs)
                logs.clear()
                if packet.size:
                    yield from take(packet, lost, logs)
                logs.clear()

    def _picture(self, packet: "Packet[VideoStream]", lost: bool, _: Messages) -> Iterator[CameraFrame]:
        """Yield the one JPEG of a packet, which stands for itself whatever was lost before it."""
        time_s = _time(packet.pts, packet.time_base)
        gap = self._gaps.before(time_s)
        yield jpeg_frame(bytes(packet), _ns(time_s), gap if lost else 0)

    def _decoded(self, packet: "Packet[VideoStream]", lost: bool, logs: Messages) -> Iterator[CameraFrame]:
        """Yield the frames that a packet completes; one that cannot be shown if it is not even decoded."""
        frames: list[VideoFrame] | None = None
        with contextlib.suppress(FFmpegError):
            frames = self._stream.codec_context.decode(packet)
        lost = lost or (frames_left_out(logs) and not packet.is_keyframe)
        fault = lost or frames is None or any(level <= av.logging.ERROR for level, _, _ in logs)
        self._damage.packet(packet.pts, key=packet.is_keyframe, fault=fault)
        if frames is None:
            yield CameraFrame(None, None, _refusing(NOT_DECODED))
        for frame in frames or ():
            damage = self._damage.frame(frame.pts, corrupt=frame.is_corrupt)
            pixels = self._pixels_of(frame)
            time_s = _time(frame.pts, frame.time_base)
            gap = self._gaps.before(time_s)
            interlaced = self._interlaced(frame)
            write = _refusing(damage) if damage else partial(pixels.write_planes, frame, interlaced=interlaced)
            at_ns, missing = _ns(time_s), gap if lost else 0
            yield CameraFrame(pixels.width, pixels.height, write, at_ns, missing, pixels.treatment, pixels.layout)
            lost = False

    def _pixels_of(self, frame: VideoFrame) -> FramePixels:
        """Return what makes pixels of frames as they are now: the camera may change their size."""
        if self._pixels is None or not self._pixels.fits(frame):
            aspect = self._stream.sample_aspect_ratio
            self._pixels = FramePixels(frame, aspect, interlaced=self._interlaced(frame))
        return self._pixels

    def _interlaced(self, frame: VideoFrame) -> bool:
        """Return whether a frame consists of two fields. Raises SourceError if fields are frames of their own."""
        try:
            return self._fields.are_two(frame, b"")
        except SourceError as error:
            raise SourceError(f"The camera's video {error}.") from None


def _refusing(words: str) -> Callable[[Bytes], None]:
    def refuse(_: Bytes) -> None:
        raise FrameError(words)

    return refuse


def _time(pts: int | None, time_base: Fraction | None) -> Fraction | None:
    return None if pts is None or time_base is None else pts * time_base


def _ns(time_s: Fraction | None) -> int | None:
    return None if time_s is None else int(time_s * 1_000_000_000)
