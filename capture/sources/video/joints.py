"""Where one recording was appended to another, so that times begin again: they are made to go on."""

from av.packet import Packet
from av.video.stream import VideoStream


class Joints:
    """The times of a video's packets, in order of the file. Times of decoding never go back but at a joint."""

    def __init__(self) -> None:
        self._shift = 0
        self._newest: int | None = None
        self._last_dts: int | None = None

    def pass_over(self, packet: "Packet[VideoStream]") -> None:
        """Shift a packet's times, so that behind a joint they follow the last ones before it."""
        if packet.dts is None:
            return
        if self._newest is not None and self._last_dts is not None and packet.dts < self._last_dts:
            self._shift = self._newest + max(1, packet.duration or 0) - packet.dts
        self._last_dts = packet.dts
        if self._shift:
            packet.dts += self._shift
            packet.pts = None if packet.pts is None else packet.pts + self._shift
        times = [time for time in (self._newest, packet.pts, packet.dts) if time is not None]
        self._newest = max(times)
