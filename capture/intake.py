"""The source while it gives frames: its grabber, how often frames come, and its return if it is live and was lost.

Knows no seq, no worker and no sink: frames come out in order, and what they are worth is decided elsewhere.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from capture.clock import CaptureClock
from capture.frame_rate import FrameRateWatch
from capture.grabber import Broke, Ended, Grabbed, Grabber
from capture.pacing import Playback, Thinning, index_of
from capture.reopening import Reopening
from stream.protocol.contracts import FrameSource
from stream.protocol.frames import SourceTrouble
from stream.transport.back_off import BackOff
from stream.transport.frame_ring import Ring
from stream.transport.sockets import Inbox

log = logging.getLogger("capillary.capture")

SLOTS_AHEAD: Final = 2
"""Slots that the grabber may hold: one that it fills, and one to go on with while the main loop is elsewhere."""
_STOP_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Lost:
    """A live source broke, or changed the size of its frames; it is being opened again.

    unused: slots that it was given and did not fill.
    """

    reason: str
    unused: list[int]


class Intake:
    """One source, opened again as often as it is lost.

    replay: every frame counts, at `speed` times the recording's own pace; a source that breaks is not opened again.
    max_fps: of a run that is no replay, 0 for all frames.
    """

    def __init__(
        self,
        source: FrameSource,
        open_again: Callable[[], FrameSource],
        inbox: Inbox,
        clock: CaptureClock,
        *,
        replay: bool,
        speed: float,
        max_fps: float,
    ) -> None:
        self.source = source
        self._open_again, self._inbox, self._clock = open_again, inbox, clock
        self._replay, self._speed, self._max_fps = replay, speed, max_fps
        self._grabber: Grabber | None = None
        self._reopening: Reopening | None = None
        self._back_off = BackOff()
        self._ahead = 0  # slots that the grabber holds
        self._rate = FrameRateWatch(source.fps, max_fps)

    @property
    def idle(self) -> bool:
        """True before `start`, and when a lost source has been found again."""
        return self._grabber is None and self._reopening is None

    @property
    def wants_slot(self) -> bool:
        """True while the grabber has fewer slots than it may hold."""
        return self._grabber is not None and self._ahead < SLOTS_AHEAD

    def start(self, ring: Ring, ring_path: str, seq: int) -> None:
        """Take frames into `ring`, a recording's from that seq on. Raises SourceError if it has not so many."""
        source = self.source
        max_fps = 0.0 if self._replay else self._max_fps
        playback = Playback(self._speed if self._replay else 1.0)
        self._grabber = Grabber(source, ring, ring_path, self._inbox, Thinning(max_fps), playback, self._clock)
        self._rate = FrameRateWatch(source.fps, self._max_fps, self._clock.monotonic_s())
        self._grabber.start(0 if source.live else index_of(seq, source.fps, max_fps))

    def give(self, slot: int) -> None:
        """Hand over a slot for one more frame."""
        assert self._grabber is not None
        self._grabber.give(slot)
        self._ahead += 1

    def taken(self) -> Iterator[Grabbed | Ended | Lost]:
        """Yield what came since the last call. Raises the exception that broke the grabber, if one did."""
        grabber = self._grabber
        while grabber is not None and not grabber.taken.empty():
            item = grabber.taken.get()
            self._ahead -= 1
            match item:
                case Broke(error):
                    raise error
                case Ended(reason) if reason:
                    log.warning("%s", reason)
                    yield self._lose(grabber, reason) if self.source.live and not self._replay else item
                case Ended():
                    yield item
                case Grabbed():
                    if not item.unreadable:
                        self._back_off.reset()
                    self._rate.frame(self._clock.monotonic_s())
                    yield item

    def trouble(self) -> SourceTrouble | None:
        """Return what is wrong with a live source that is open; None if that cannot be said now."""
        if self._grabber is None or not self.source.live:
            return None
        return self._rate.trouble(self._clock.monotonic_s())

    def reopened(self) -> bool:
        """Take up a lost source once it is open again, and return True then. Raises what opening it raised."""
        if self._reopening is None or self._reopening.found.empty():
            return False
        found = self._reopening.found.get()
        self._reopening = None
        if isinstance(found, Exception):
            raise found
        self.source = found
        return True

    def finish(self) -> list[Grabbed]:
        """Take no more frames, and return those that were taken until now."""
        grabber, grabbed = self._grabber, []
        if grabber is not None:
            grabber.stop(_STOP_S)
            while not grabber.taken.empty():
                item = grabber.taken.get()
                grabbed += [item] if isinstance(item, Grabbed) else []
        return grabbed

    def stop(self) -> None:
        """End the threads."""
        if self._grabber is not None:
            self._grabber.stop(_STOP_S)
        if self._reopening is not None:
            self._reopening.stop()

    def close(self) -> None:
        """Let go of the source."""
        self.source.close()

    def _lose(self, grabber: Grabber, reason: str) -> Lost:
        self._grabber, self._ahead = None, 0
        self.source.close()
        self._reopening = Reopening(self._open_again, self._inbox, self._back_off)
        return Lost(reason, grabber.unused())
