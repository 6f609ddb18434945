"""Which frames of a camera's video may be shown, by what became of the packets that they are made of. Pure."""

from typing import Final

from capture.sources.video.references import References

_MOST_WAITING: Final = 64
"""Packets whose frames may still come: a decoder holds back 16 frames at most (H.264, A.3.1), of two fields each."""


class Damage:
    """The packets of a video as they come, and the frames as they come out; before its first key frame, none is whole.

    intra_only: every frame stands for itself, as the codec never refers to another one.
    """

    def __init__(self, *, intra_only: bool) -> None:
        self._references = References(intra_only)
        self._references.fault(0, 0)  # what was sent before the first packet is not known
        self._order = 0
        self._waiting: dict[int, int] = {}

    def packet(self, pts: int | None, *, key: bool, fault: bool) -> None:
        """Take note of a packet that went to the decoder. pts: time of presentation; None if it has none."""
        self._order += 1
        shown_at = self._order if pts is None else pts
        self._waiting[shown_at] = self._order
        self._references.decoded(self._order, shown_at, key=key, fault=fault)

    def frame(self, pts: int | None, *, corrupt: bool) -> str:
        """Take note of a frame that came out. Returns why it may not be shown, in `References`' words; empty if it may.

        corrupt: the decoder says that it is.
        """
        shown_at = min(self._waiting, default=self._order) if pts is None else pts
        order = self._waiting.get(shown_at, self._order)
        later = {at: place for at, place in self._waiting.items() if at > shown_at}
        self._waiting = dict(list(later.items())[-_MOST_WAITING:])
        if corrupt:
            self._references.fault(order, shown_at)
        return self._references.damage(order, shown_at)
