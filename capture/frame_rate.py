"""Watches how often a live source gives frames: at all, and about as often as it promised. Pure."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from stream.protocol.frames import SourceTrouble

_LOST_S: Final = 0.8
_PERIODS: Final = 3.0  # a slow source is lost only after so many of its own periods
_OVER_S: Final = 3.0
_SAG: Final = 0.6


@dataclass(slots=True)
class FrameRateWatch:
    """The times of a live source's last frames; all in seconds on one clock.

    fps: what the source promises, None if it promises nothing. max_fps: what is wanted of it at most, 0 for all.
    began_s: when it could give its first frame.
    """

    fps: float | None
    max_fps: float = 0.0
    began_s: float = 0.0
    _frames: deque[float] = field(default_factory=deque)

    def frame(self, now_s: float) -> None:
        """Count a frame that came now."""
        self._frames.append(now_s)

    def trouble(self, now_s: float) -> SourceTrouble:
        """Return what is wrong now: lost after `_LOST_S` without a frame, or too few over the last `_OVER_S`."""
        while len(self._frames) > 1 and now_s - self._frames[0] > _OVER_S:
            self._frames.popleft()
        last_s = self._frames[-1] if self._frames else self.began_s
        wanted = min(self.fps, self.max_fps or self.fps) if self.fps else 0.0
        if now_s - last_s > max(_LOST_S, _PERIODS / wanted if wanted else 0.0):
            return SourceTrouble(lost=True, reason="the source gives no frames")
        rate = len(self._frames) / _OVER_S
        if wanted and now_s - self.began_s > _OVER_S and rate < _SAG * wanted:
            return SourceTrouble(lost=False, reason=f"the source gives {rate:.0f} of {wanted:.0f} frames a second")
        return SourceTrouble(lost=False)
