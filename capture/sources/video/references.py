"""Which frames of a video may be shown if some could not be decoded. Pure.

A frame is made of those that it refers to. After a fault, frames are decoded from wrong references until a key frame
comes, and no decoder says so: every frame from the fault to the next whole key frame counts as damaged.
"""

from dataclasses import dataclass, field
from typing import Final

from capture.sources.video.matching import MOST_HELD_BACK

NOT_DECODED: Final = "it cannot be decoded"
_BUILDS_ON_FAULT: Final = "it builds on one that cannot be decoded"


@dataclass(frozen=True, slots=True)
class _Key:
    order: int
    pts: int


@dataclass(slots=True)
class References:
    """The faults and key frames of a video, by their place in order of decoding and their time of presentation.

    intra_only: every frame stands for itself, as the codec never refers to another one.
    """

    intra_only: bool
    _faults: list[int] = field(default_factory=list)
    _keys: list[_Key] = field(default_factory=list)

    def decoded(self, order: int, pts: int, *, key: bool, fault: bool) -> None:
        """Take note of a packet that went to the decoder. fault: it was damaged, or the decoder said so."""
        if fault:
            self.fault(order)
        elif key and not self.intra_only:
            self._keys.append(_Key(order, pts))
            # The frames before this key frame have all come out.
            since = max((one.order for one in self._keys if one.order <= order - 2 * MOST_HELD_BACK), default=0)
            self._keys = [one for one in self._keys if one.order >= since]
            self._faults = [fault for fault in self._faults if fault >= since]

    def fault(self, order: int) -> None:
        """Take note that a frame turned out to be damaged."""
        if order not in self._faults:
            self._faults.append(order)

    def damage(self, order: int, pts: int) -> str:
        """Return why a frame may not be shown, in words that follow "frame 7:"; empty if it may."""
        if order in self._faults:
            return NOT_DECODED
        if self.intra_only or not self._faults:
            return ""
        # A frame that is shown before a key frame, and decoded after it, still refers to what was before.
        since = max((key.order for key in self._keys if key.order <= order and key.pts <= pts), default=0)
        return _BUILDS_ON_FAULT if any(since <= fault < order for fault in self._faults) else ""
