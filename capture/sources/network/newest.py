"""The newest frame of a camera, between the thread that reads it and the one that takes it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from capture.sources.network.backlog import Backlog
from stream.pixels.arrays import Bytes
from stream.pixels.layouts import PixelLayout

_OLD_S: Final = 0.5
"""A frame that waited longer than this is not shown as new: it may be from before a loss."""


@dataclass(frozen=True, slots=True)
class CameraFrame:
    """A frame as it came from the network.

    width, height: as its header gives them; None if it has none that can be read.
    layout: how its pixels lie in memory.
    write: decodes it into memory in that layout, and raises FrameError if it is damaged.
    device_ns: the camera's own time. lost_before: frames that the camera or the network lost before it.
    treatment: a choice that was made to get pixels, in one sentence; empty if there was none.
    """

    width: int | None
    height: int | None
    write: Callable[[Bytes], None]
    device_ns: int | None = None
    lost_before: int = 0
    treatment: str = ""
    layout: PixelLayout = "bgr"


@dataclass(frozen=True, slots=True)
class Taken:
    """A frame that was taken: when it came, on the monotonic clock, and how many were lost or passed over before it."""

    arrival: CameraFrame
    at_s: float
    lost_before: int


class Newest:
    """A place for one frame: a newer one takes the place of the one that waits, which is then counted as lost."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._backlog = Backlog()
        self._waiting: CameraFrame | None = None
        self._at_s = self._ready_s = 0.0
        self._lost = 0
        self._error: Exception | None = None
        self._ended = False

    def put(self, arrival: CameraFrame) -> None:
        """Put down the frame that has just come."""
        with self._changed:
            self._lost += arrival.lost_before + (self._waiting is not None)
            self._waiting, self._at_s = arrival, self._clock()
            self._ready_s = self._at_s + self._backlog.wait_s(self._at_s)
            self._changed.notify()

    def end(self, error: Exception | None = None) -> None:
        """Say that no frame comes any more, and why if that is an error."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify()

    def take(self, timeout_s: float) -> Taken | None:
        """Wait for the newest frame; None if none comes in time, or no more come. Raises what `end` was given."""
        deadline_s = self._clock() + timeout_s
        with self._changed:
            while True:
                now_s = self._clock()
                if self._waiting is not None and now_s > max(self._at_s, self._ready_s) + _OLD_S:
                    self._waiting, self._lost = None, self._lost + 1
                if self._waiting is not None and now_s >= self._ready_s:
                    taken = Taken(self._waiting, self._at_s, self._lost)
                    self._waiting, self._lost = None, 0
                    return taken
                if self._ended and self._error is not None:
                    raise self._error
                if self._ended or now_s >= deadline_s:
                    return None
                until_s = deadline_s if self._waiting is None else min(deadline_s, self._ready_s)
                self._changed.wait(max(0.0, until_s - now_s))
