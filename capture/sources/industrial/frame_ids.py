"""What the numbers that a device gives its frames say of frames that did not arrive. Pure."""

from dataclasses import dataclass
from typing import Final

_LAST_OF_16_BIT: Final = 65535
_BACK: Final = _LAST_OF_16_BIT // 2


def missing_between(before: int, now: int) -> int:
    """Return how many frames lie between two frame ids.

    Ids of GigE Vision 1 have 16 bits and go from 65535 to 1 (GigE Vision 1.2, section 24.2: 0 is not used). An id that
    went back by less than half of that range is of a device that began to count anew.
    """
    if now > before:
        return now - before - 1
    across = _LAST_OF_16_BIT - before + now - 1
    return across if 0 <= across < _BACK else 0


@dataclass(slots=True)
class FrameIds:
    """The last id of a device, and the frames since then that came without one."""

    _last: int | None = None
    _nameless: int = 0

    def lost_before(self, frame_id: int | None) -> int:
        """Take note of a frame, and return how many were lost between it and the frame before."""
        if frame_id is None:
            self._nameless += 1
            return 0
        missing = 0 if self._last is None else missing_between(self._last, frame_id)
        lost = max(0, missing - self._nameless)
        self._last, self._nameless = frame_id, 0
        return lost
