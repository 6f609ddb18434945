"""The frames of an opened video in order of presentation, and for each one that cannot be shown, why.

Every packet of the video is held against the frames that come out: a packet without a frame is a frame that cannot be
decoded, or an empty one, which a recorder writes for a picture that its camera did not give.
"""

import heapq
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import av
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from capture.sources.video.fields import Fields
from capture.sources.video.forbidden import check_for
from capture.sources.video.joints import Joints
from capture.sources.video.keyframes import EMPTY_BYTES
from capture.sources.video.matching import Matching, Sent
from capture.sources.video.opened import Messages, OpenedVideo, frames_left_out, in_format, listening
from capture.sources.video.references import NOT_DECODED, References

# VP8 keeps reference pictures, which are never shown, in packets of their own.
_HIDES_FRAMES: Final = "vp8"
_MOST_PIXELS: Final = 1 << 27
# Checksums (PNG, FFV1) are compared; in H.264 without arithmetic coding, bits left over at the end of a picture are a
# fault. MPEG-2 may fill up its end with zeros (ISO/IEC 13818-2, 5.2.3).
_ERROR_DETECTION: Final = {"h264": "crccheck+aggressive"}
_PROGRESSIVE: Final = (0, 1)  # AVFieldOrder: unknown, progressive


@dataclass(frozen=True, slots=True)
class Decoded:
    """A frame of the recording. time_s: of presentation, as the container gives it; None if it does not.

    frame: None if there are no pixels that are proven to be of this frame, and damage says why; or if jpeg is decoded
    instead: the packet itself if it is a JPEG. lost_before: empty frames between the frame before and this one.
    interlaced: it consists of two fields.
    """

    time_s: float | None
    frame: VideoFrame | None
    damage: str = ""
    jpeg: bytes = b""
    lost_before: int = 0
    interlaced: bool = False


class Decoding:
    """One pass over a video stream."""

    def __init__(self, video: OpenedVideo, *, counts_ticks: bool, whole_jpegs: bool = False, skip: int = 0) -> None:
        """Begin. counts_ticks: a unit of time is a frame, and a gap between two times is empty frames (AVI).

        whole_jpegs: every packet is a JPEG, which is given as it is.
        skip: packets from the start that are not decoded; the one after them is a key frame.
        """
        self._container, self._stream, self._pixel_format = video.container, video.stream, video.pixel_format
        codec = self._stream.codec_context
        # Two threads cost more CPU per frame, and what a thread of a frame says of faults is not heard here.
        codec.thread_count = 1
        codec.options = {"max_pixels": str(_MOST_PIXELS), "err_detect": _ERROR_DETECTION.get(codec.name, "crccheck")}
        self._ticks = counts_ticks
        self._skip, self._order = skip, 0
        self._references = References(codec.codec.intra_only)
        self._whole_jpegs = whole_jpegs
        self._keeps_jpeg = codec.name == "mjpeg"
        self._silent_is_fault = codec.name != _HIDES_FRAMES and codec.field_order in _PROGRESSIVE
        self._fields, self._joints = Fields(codec), Joints()
        # Times in AVI are places in the file, which are taken in turn if frames are shown in another order.
        self._in_turn = counts_ticks and bool(codec.has_b_frames)
        self._places: list[int] = []
        self._matching = Matching(timed=not self._in_turn)
        self._held: deque[tuple[Sent, VideoFrame | None]] = deque()
        self._forbidden = check_for(codec.name, codec.extradata)
        self._key_order = 0
        self._lost = 0
        self._last_pts: int | None = None

    def __iter__(self) -> Iterator[Decoded]:
        """Yield every frame once. Raises FFmpegError if the container breaks off."""
        with listening() as messages:
            for packet in self._container.demux(self._stream):
                if packet.dts is None and packet.pts is None and packet.size == 0:
                    break
                self._order += 1
                if packet.size and self._order > self._skip:  # an empty packet would end the decoder
                    yield from self._decoded(packet, messages)
            yield from self._flushed()

    def _decoded(self, packet: "Packet[VideoStream]", messages: Messages) -> Iterator[Decoded]:
        self._joints.pass_over(packet)
        label, data = self._labelled(packet), bytes(packet)
        if self._whole_jpegs:
            damage = NOT_DECODED if packet.is_corrupt else ""
            yield self._entry(label, None, damage, data, self._fields.told_by_container)
            return
        messages.clear()
        frames: list[VideoFrame] = []
        fault = packet.is_corrupt or self._forbidden(data)
        if packet.is_keyframe or self._references.intra_only:
            self._key_order = self._order
        if not packet.is_discard:
            jpeg = data if self._keeps_jpeg else b""
            self._matching.sent(Sent(label, self._order, self._key_order, packet.size, jpeg))
        try:
            frames = self._stream.codec_context.decode(packet)
        except FFmpegError:
            fault = True
        fault |= any(level <= av.logging.ERROR for level, _, _ in messages)
        fault |= frames_left_out(messages) and not packet.is_keyframe
        self._references.decoded(self._order, label, key=packet.is_keyframe, fault=fault)
        for frame in frames:
            self._came(frame)
        yield from self._released(self._stream.codec_context.has_b_frames)

    def _labelled(self, packet: "Packet[VideoStream]") -> int:
        """Return what the packet's frame will carry, and have the packet carry it."""
        if self._in_turn and packet.dts is not None:
            heapq.heappush(self._places, packet.dts)
        self._in_turn &= packet.dts is not None
        self._matching.timed &= packet.pts is not None
        if not self._matching.timed:
            packet.pts = self._order
        return packet.pts or 0

    def _flushed(self) -> Iterator[Decoded]:
        """Yield the frames that the decoder still held, and what never came."""
        try:
            frames = self._stream.codec_context.decode(None)
        except FFmpegError:
            frames = []
        for frame in frames:
            self._came(frame)
        self._held.extend((packet, None) for packet in self._matching.rest())
        yield from self._released(0)

    def _came(self, frame: VideoFrame) -> None:
        """Hold a frame, and before it those that should have come before."""
        missing, own = self._matching.came(frame.pts)
        self._held.extend((packet, None) for packet in missing)
        own = own or Sent(frame.pts or 0, self._order, self._key_order, 0)
        if frame.is_corrupt:
            self._references.fault(own.order, own.label)
        self._held.append((own, in_format(frame, self._pixel_format)))

    def _released(self, most_held: int) -> Iterator[Decoded]:
        """Yield frames once all that were decoded before them have come out, and so are known to be whole or not."""
        while self._held and (len(self._held) > most_held or not self._matching.comes_later(self._held[0][0].order)):
            packet, frame = self._held.popleft()
            place = heapq.heappop(self._places) if self._in_turn and self._places else packet.label
            damage = self._references.damage(packet.order, packet.label)
            yield from (
                self._shown(packet, frame, place, damage) if frame else self._without_frame(packet, place, damage)
            )

    def _shown(self, packet: Sent, frame: VideoFrame, place: int, damage: str) -> Iterator[Decoded]:
        jpeg = packet.data
        interlaced = self._fields.are_two(frame, jpeg)
        if frame.interlaced_frame or self._fields.in_one_packet(frame, jpeg):
            jpeg = b""
        yield self._entry(place, None if damage else frame, damage, jpeg, interlaced)

    def _without_frame(self, packet: Sent, place: int, damage: str) -> Iterator[Decoded]:
        """Yield a frame that the decoder did not give: damaged, unless it was empty, or a part of another one."""
        if not damage and packet.size <= EMPTY_BYTES:
            self._lost += 1
        elif damage or self._silent_is_fault:
            yield self._entry(place, None, damage or NOT_DECODED)

    def _entry(
        self, pts: int, frame: VideoFrame | None, damage: str, jpeg: bytes = b"", interlaced: bool = False
    ) -> Decoded:
        timed = self._matching.timed or self._in_turn
        if self._ticks and timed:
            self._lost += max(0, pts - (-1 if self._last_pts is None else self._last_pts) - 1)
        self._last_pts = pts
        lost, self._lost = self._lost, 0
        base = self._stream.time_base
        time_s = float(pts * base) if timed and base is not None else None
        return Decoded(time_s, frame, damage, jpeg, lost, interlaced)

    def lost_at_end(self, promised: int | None) -> int:
        """Return how many empty frames follow the last one; promised: frames that an AVI counts, empty ones too."""
        after = 0
        if (
            promised is not None
            and self._ticks
            and (self._matching.timed or self._in_turn)
            and self._last_pts is not None
        ):
            after = max(0, promised - self._last_pts - 1)
        return self._lost + after
