"""When a frame is due, and when its picture is. Pure.

A camera's frames are thinned to a rate, a recording's are held back to a speed, and pictures for the page are asked
for only as often as the page shows them.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Thinning:
    """A limit of `max_fps` frames per second; 0 takes all."""

    max_fps: float
    _next_s: float = float("-inf")

    def take(self, now_s: float) -> bool:
        """Return True if this frame is wanted. Keeps the average rate, and does not catch up after a pause."""
        if self.max_fps <= 0:
            return True
        period = 1.0 / self.max_fps
        if now_s < self._next_s - 0.1 * period:  # a camera's own jitter must not cost every other frame
            return False
        self._next_s = max(self._next_s, now_s - period) + period
        return True


@dataclass(slots=True)
class Playback:
    """The pace of a recording: `speed` times its own; 0 is as fast as it goes."""

    speed: float
    _origin_s: float | None = None

    def wait_s(self, media_s: float, now_s: float) -> float:
        """Return how long to wait before the frame of that media time, in seconds."""
        if self.speed <= 0:
            return 0.0
        due = media_s / self.speed
        if self._origin_s is None:
            self._origin_s = now_s - due
        return max(0.0, self._origin_s + due - now_s)


@dataclass(slots=True)
class PictureRate:
    """How many pictures of frames the page needs: none without viewers, else at most `per_s` per second.

    A picture costs a worker's time, which the next frame then waits for.
    """

    per_s: float
    viewers: int = 0
    _next_s: float = 0.0

    def take(self, now_s: float) -> bool:
        """Return True if the frame that is sent now shall come back with a picture."""
        if self.viewers == 0 or now_s < self._next_s:
            return False
        self._next_s = max(self._next_s + 1 / self.per_s, now_s)
        return True


def index_of(seq: int, fps: float | None, max_fps: float) -> int:
    """Return the index in a recording of the frame with that seq: further on if `max_fps` thins the recording."""
    return int(seq * fps / max_fps) if fps and 0 < max_fps < fps else seq
