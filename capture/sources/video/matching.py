"""Which packet a frame that came out of the decoder is of, and which packets gave none. Pure.

A frame carries the label of its packet: its time of presentation, or its place in order of decoding if times are
missing.
"""

from dataclasses import dataclass
from typing import Final

MOST_HELD_BACK: Final = 16
"""Frames that a decoder holds back at most, to give them in order of presentation (H.264 A.3.1, H.265 A.4.2)."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A packet that went to the decoder.

    label: what its frame carries. order: its place in order of decoding. key_order: that of the last key frame, itself
    included. size: bytes. data: the packet itself, if it is a JPEG.
    """

    label: int
    order: int
    key_order: int
    size: int
    data: bytes = b""


class Matching:
    """The packets whose frames have not come out. timed: labels are times, in order of which frames come."""

    def __init__(self, *, timed: bool) -> None:
        self.timed = timed
        self._sent: list[Sent] = []

    def sent(self, packet: Sent) -> None:
        """Take note of a packet."""
        self._sent.append(packet)

    def came(self, label: int | None) -> tuple[list[Sent], Sent | None]:
        """Return the packets that gave no frame and should have before this one, and the frame's own.

        Without times, a frame that is missing is known to be once one comes that builds on a later key frame.
        """
        own = [packet for packet in self._sent if packet.label == label]  # two fields may be a packet each
        if not own and self._sent and not self.timed:
            own = [min(self._sent, key=lambda packet: packet.order)]
        if self.timed:
            missing = [packet for packet in self._sent if label is not None and packet.label < label]
        else:
            missing = [packet for packet in self._sent if own and packet.order < own[-1].key_order]
        self._forget(own + missing)
        return self._ordered(missing), own[-1] if own else None

    def rest(self) -> list[Sent]:
        """Return the packets that gave no frame at all."""
        rest, self._sent = self._ordered(self._sent), []
        return rest

    def comes_later(self, order: int) -> bool:
        """Return whether the frame of a packet that was decoded before that place has not come out yet."""
        return any(packet.order < order for packet in self._sent)

    def _forget(self, packets: list[Sent]) -> None:
        self._sent = [packet for packet in self._sent if packet not in packets]

    def _ordered(self, packets: list[Sent]) -> list[Sent]:
        return sorted(packets, key=lambda packet: (packet.label if self.timed else packet.order, packet.order))
