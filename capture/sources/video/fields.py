"""Whether a frame consists of two fields, which are two moments: half of its lines each.

A codec that knows fields says so of every frame. For one that does not (Motion JPEG, HuffYUV, PNG), the container may:
the `fiel` atom of QuickTime, FlagInterlaced of Matroska. Or a packet of Motion JPEG holds a picture for each field.
"""

from typing import Final

from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from capture.sources.jpeg import jpeg_lines
from stream.errors import SourceError

_TOLD_BY_CODEC: Final = frozenset({"h264", "hevc", "mpeg1video", "mpeg2video", "mpeg4", "vc1", "wmv3"})
_INTERLACED: Final = (2, 3, 4, 5)  # AVFieldOrder: top or bottom field coded first, and shown first
_FIELDS_ALONE: Final = "hevc"  # FFmpeg calls a frame of it interlaced if it is one field


class Fields:
    """What is known of the fields of one video."""

    def __init__(self, codec: VideoCodecContext) -> None:
        self._codec = codec.name
        self.told_by_container = codec.field_order in _INTERLACED and codec.name not in _TOLD_BY_CODEC

    def are_two(self, frame: VideoFrame, jpeg: bytes) -> bool:
        """Return whether a frame holds two fields. jpeg: its packet, if the codec is Motion JPEG; else empty.

        Raises SourceError if fields are frames of their own: half as high as what was seen.
        """
        if frame.interlaced_frame and self._codec == _FIELDS_ALONE:
            raise SourceError("is H.265 with each field as a picture of its own; convert it to whole frames")
        return bool(frame.interlaced_frame) or self.told_by_container or self.in_one_packet(frame, jpeg)

    @staticmethod
    def in_one_packet(frame: VideoFrame, jpeg: bytes) -> bool:
        """Return whether a packet holds two JPEGs, each with every second line of the frame."""
        lines = jpeg_lines(jpeg) if jpeg else None
        return lines is not None and 4 * lines < 3 * frame.height
