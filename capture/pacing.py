"""When a frame is due. Pure: a camera's frames are thinned to a rate, a recording's are held back to a speed."""

from dataclasses import dataclass


@dataclass(slots=True)
class Thinning:
    """At most `max_fps` frames a second out of those that come; 0 takes all."""

    max_fps: float
    _next_s: float = float("-inf")

    def take(self, now_s: float) -> bool:
        """True where this frame is wanted. Keeps the average rate, and does not catch up after a pause."""
        if self.max_fps <= 0:
            return True
        period = 1.0 / self.max_fps
        if now_s < self._next_s - 0.1 * period:  # a camera's own jitter must not cost every other frame
            return False
        self._next_s = max(self._next_s, now_s - period) + period
        return True


@dataclass(slots=True)
class Playback:
    """A recording at `speed` times its own pace; 0 is as fast as it goes."""

    speed: float
    _origin_s: float | None = None

    def wait_s(self, media_s: float, now_s: float) -> float:
        """How long to wait before the frame of that media time, in seconds."""
        if self.speed <= 0:
            return 0.0
        due = media_s / self.speed
        if self._origin_s is None:
            self._origin_s = now_s - due
        return max(0.0, self._origin_s + due - now_s)
