"""Where to begin decoding in order to reach a frame: found by reading the packets, which costs little, not decoding."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from capture.sources.video.opened import OpenedVideo

EMPTY_BYTES: Final = 16
"""A packet of so few bytes that gives no frame, and no fault, says that the picture is the one before."""
_REORDERED: Final = 64
"""Packets that are read beyond a frame: no codec shows one earlier than so many that follow it."""


@dataclass(frozen=True, slots=True)
class Start:
    """A key frame: packets before it in the file, its place in order of presentation, its time there."""

    packets: int
    index: int
    pts: int


@dataclass(frozen=True, slots=True)
class PacketHead:
    """What is known of a packet before it is decoded. pts, dts: None if the file does not say it."""

    pts: int | None
    dts: int | None
    size: int
    key: bool
    discarded: bool = False


def heads(video: OpenedVideo) -> Iterable[PacketHead]:
    """Yield the heads of all packets, up to where the file can be read. Raises FFmpegError."""
    for packet in video.container.demux(video.stream):
        if packet.size or packet.pts is not None:
            yield PacketHead(packet.pts, packet.dts, packet.size, packet.is_keyframe, packet.is_discard)


def start_for(packets: Iterable[PacketHead], index: int) -> Start | None:
    """Return the last key frame that is not shown after the frame of that index.

    None if frames and packets cannot be matched before decoding: times are missing, double or go back, packets are
    empty.
    """
    last_dts: int | None = None
    times: list[int] = []
    keys: list[tuple[int, int]] = []
    for number, packet in enumerate(packets):
        if number > index + _REORDERED:
            break
        if packet.pts is None or packet.size <= EMPTY_BYTES or packet.discarded:
            return None
        if last_dts is not None and packet.dts is not None and packet.dts < last_dts:
            return None
        last_dts = packet.dts
        times.append(packet.pts)
        if packet.key:
            keys.append((packet.pts, number))
    shown = sorted(set(times))
    if len(shown) < len(times) or index >= len(shown):
        return None
    before = [(pts, number) for pts, number in keys if pts <= shown[index]]
    if not before:
        return None
    pts, number = max(before)
    return Start(number, shown.index(pts), pts)
