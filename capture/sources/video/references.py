"""Which frames of a video may be shown if some could not be decoded. Pure.

A frame is made of those that it refers to. After a fault, frames are decoded from wrong references until a key frame
comes, and no decoder says so: every frame from the fault to the next whole key frame counts as damaged. Frames that are
decoded after a key frame and shown before it (leading pictures; H.265 3.75, H.264 D.2.8) may refer to what was before
the key frame; what is shown after it refers to none of them, so their faults are theirs alone.
"""

from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from capture.sources.video.matching import MOST_HELD_BACK

NOT_DECODED: Final = "it cannot be decoded"
_BUILDS_ON_FAULT: Final = "it builds on one that cannot be decoded"


@dataclass(frozen=True, slots=True)
class _Place:
    order: int
    pts: int


@dataclass(slots=True)
class References:
    """The faults and key frames of a video, by their place in order of decoding and their time of presentation.

    intra_only: every frame stands for itself, as the codec never refers to another one.
    """

    intra_only: bool
    _faults: list[_Place] = field(default_factory=list)
    _keys: list[_Place] = field(default_factory=list)

    def decoded(self, order: int, pts: int, *, key: bool, fault: bool) -> None:
        """Take note of a packet that went to the decoder. fault: it was damaged, or the decoder said so."""
        if fault:
            self.fault(order, pts)
        elif key and not self.intra_only:
            self._keys.append(_Place(order, pts))
            # The frames before this key frame have all come out.
            since = max((one.order for one in self._keys if one.order <= order - 2 * MOST_HELD_BACK), default=0)
            self._keys = [one for one in self._keys if one.order >= since]
            self._faults = [fault for fault in self._faults if fault.order >= since]

    def fault(self, order: int, pts: int) -> None:
        """Take note that a frame turned out to be damaged."""
        if _Place(order, pts) not in self._faults:
            self._faults.append(_Place(order, pts))

    def damage(self, order: int, pts: int) -> str:
        """Return why a frame may not be shown, in words that follow "frame 7:"; empty if it may."""
        if any(fault.order == order for fault in self._faults):
            return NOT_DECODED
        if self.intra_only or not self._faults:
            return ""
        # A frame that is shown before a key frame, and decoded after it, still refers to what was before.
        keys = (key for key in self._keys if key.order <= order and key.pts <= pts)
        since = max(keys, key=attrgetter("order"), default=None)
        builds_on = (fault for fault in self._faults if fault.order < order)
        if since is not None:
            builds_on = (fault for fault in builds_on if fault.order >= since.order and fault.pts >= since.pts)
        return _BUILDS_ON_FAULT if any(builds_on) else ""
