"""Recordings that tests encode with FFmpeg's codecs: interlaced, turned, with empty frames, in any container."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.codec.context import Flags
from av.video.stream import VideoStream

from stream.protocol.contracts import Pixels


def encode(
    path: Path,
    pictures: Sequence[Pixels],
    codec: str = "libx264",
    *,
    form: str | None = None,
    pixel_format: str = "yuv420p",
    fps: int = 25,
    options: dict[str, str] | None = None,
    interlaced: bool = False,
    rotated_deg: int = 0,
    times: Sequence[int] | None = None,
) -> Path:
    """Encode (height, width, 3) uint8 BGR pictures; form: FFmpeg's name of the container, by the suffix if None.

    times: when each is shown, in frames from the first; without gaps if None.
    """
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w", format=form) as container:
        stream = container.add_stream(codec, rate=fps, options=dict(options or {}))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        if interlaced:
            stream.codec_context.flags |= Flags.interlaced_dct | Flags.interlaced_me
        if rotated_deg:
            stream.set_display_rotation(rotated_deg)
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
            frame.pts, frame.time_base = times[number] if times else number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def mux(path: Path, packets: Sequence[bytes], codec: str, width: int, height: int) -> Path:
    """Write packets that are encoded already, 25 per second, each a key frame."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        for number, data in enumerate(packets):
            packet = av.Packet(data)
            packet.stream, packet.pts, packet.dts = stream, number, number
            packet.time_base, packet.is_keyframe = Fraction(1, 25), True
            container.mux(packet)
    return path


def woven(upper: Pixels, lower: Pixels) -> Pixels:
    """Return an interlaced picture: the even lines of one moment, the odd lines of another."""
    both = upper.copy()
    both[1::2] = lower[1::2]
    return both
