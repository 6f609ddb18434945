"""The thread that takes frames from the source into the ring. It decides nothing: the main loop gives it slots.

It is a thread because a camera's `grab` blocks, and the credits of workers must not wait for that.
"""

import contextlib
import threading
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Final

from capture.clock import CaptureClock, CaptureTime
from capture.pacing import Playback, Thinning
from stream.errors import FrameError, SourceError
from stream.pixels.layouts import PixelLayout, frame_bytes
from stream.protocol.contracts import FrameSource, Grab, layout_of, retrieved
from stream.transport.frame_ring import Ring
from stream.transport.sockets import Inbox

_FROZEN_S: Final = 1.5
"""A camera's noise changes every picture: the same one for so long means that the camera or its link hangs."""


@dataclass(frozen=True, slots=True)
class Grabbed:
    """A frame in a slot of the ring.

    ring: path of the ring. It is the frame's own: a source that comes back with larger frames gets another ring, and a
    frame may be dispatched again after that.
    previous: thumbnail of the frame before; None for the first, after one that could not be read, and in a recording
    after those that were lost.
    unreadable: why there are no pixels. frozen: the source has given this same picture for seconds.
    ready_ms: how long after `time` its pixels were there. layout: how they lie in the slot.
    thumbnail: of the frame itself; None if the next one is not compared with it.
    """

    ring: str
    slot: int
    generation: int
    grab: Grab
    time: CaptureTime
    previous: bytes | None
    unreadable: str = ""
    frozen: bool = False
    ready_ms: float = 0.0
    layout: PixelLayout = "bgr"
    thumbnail: bytes | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The source gives no more frames; `reason` is empty at its regular end."""

    reason: str


@dataclass(frozen=True, slots=True)
class Broke:
    """An exception that no source should raise; the main loop raises it again, and the process ends."""

    error: Exception


class Grabber:
    """A thread that reads `source`: slots go in through `give`, frames come out of `taken`.

    The inbox is woken for each, so that the main loop waits at one place. ring_path: what workers attach to.
    """

    def __init__(
        self,
        source: FrameSource,
        ring: Ring,
        ring_path: str,
        inbox: Inbox,
        thinning: Thinning,
        playback: Playback,
        clock: CaptureClock,
    ) -> None:
        self.taken: SimpleQueue[Grabbed | Ended | Broke] = SimpleQueue()
        self._source, self._ring, self._inbox, self._clock = source, ring, inbox, clock
        self._thinning, self._playback, self._ring_path = thinning, playback, ring_path
        self._slots: SimpleQueue[int | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._previous: bytes | None = None
        self._same_since_ns = 0
        self._time_s = float("-inf")
        self._thread = threading.Thread(target=self._run, name="grabber", daemon=True)

    def start(self, first_index: int) -> None:
        """Begin at that frame of the source. Raises SourceError if the source has not so many."""
        if first_index > 0:
            self._source.seek(first_index - 1)
            self._look_back()
        self._thread.start()

    def give(self, slot: int) -> None:
        """Hand over a slot for one more frame."""
        self._slots.put(slot)

    def stop(self, timeout_s: float) -> None:
        """Take no more frames. A device that does not return in time is left to the end of the process."""
        self._stopping.set()
        self._slots.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def unused(self) -> list[int]:
        """Return the slots that got no frame. Only after `Ended` or `Broke` came out."""
        slots = []
        with contextlib.suppress(Empty):
            while True:
                slot = self._slots.get_nowait()
                slots += [] if slot is None else [slot]
        return slots

    def _look_back(self) -> None:
        """Make the thumbnail of the frame before the first one.

        Quality compares a frame with the one before: a run that is resumed gives the same readings as one that was
        never interrupted.
        """
        grab = self._source.grab()
        if grab is None:
            raise SourceError(
                f"{self._source.name} has fewer frames than were already analysed; is it the same recording?"
            )
        with contextlib.suppress(FrameError):
            image = retrieved(self._source, grab)
            if self._source.fps is not None:
                self._previous = image.thumbnail.tobytes()

    def _run(self) -> None:
        waker = self._inbox.waker()
        going_on = True
        while going_on:
            slot = self._slots.get()
            item = Ended("") if slot is None else self._take(slot)
            going_on = isinstance(item, Grabbed)
            if not going_on:
                self._slots.put(slot)
            self.taken.put(item)
            waker.wake()
        waker.close()

    def _take(self, slot: int) -> Grabbed | Ended | Broke:
        try:
            grab = self._next()
            if grab is None:
                return Ended("")
            return self._fill(slot, grab, self._clock.now())
        except SourceError as error:
            return Ended(str(error))
        except Exception as error:  # noqa: BLE001 (a thread that died unheard would leave the run waiting for ever)
            return Broke(error)

    def _next(self) -> Grab | None:
        """Return the next frame that is due: held back in playback, or one of many if the source is too fast."""
        while not self._stopping.is_set():
            grab = self._source.grab()
            if grab is None:
                return None
            if self._source.live:
                if self._thinning.take(self._clock.monotonic_s()):
                    self._time_s = max(self._time_s, grab.time_s)  # a device's clock may be set back
                    return replace(grab, time_s=self._time_s)
            elif self._thinning.take(grab.time_s):
                self._stopping.wait(self._playback.wait_s(grab.time_s, self._clock.monotonic_s()))
                return grab
        return None

    def _fill(self, slot: int, grab: Grab, now: CaptureTime) -> Grabbed:
        self._ring.begin(slot)
        memory = self._ring.memory(slot, frame_bytes(layout_of(self._source), grab.width, grab.height))
        layout: PixelLayout = "bgr"
        previous, self._previous, unreadable = self._previous, None, ""
        if grab.lost_before and not self._source.live:
            previous = None  # the one before was lost, or not recorded: that which is there was taken at another time
        try:
            image = retrieved(self._source, grab, memory)
            layout = image.layout
            if self._source.live or self._source.fps is not None:  # separate pictures do not move
                self._previous = image.thumbnail.tobytes()
        except FrameError as error:
            unreadable = str(error)
        generation = self._ring.finish(slot)
        if previous is None or self._previous != previous:
            self._same_since_ns = now.monotonic_ns
        ready_ms = (self._clock.now().monotonic_ns - now.monotonic_ns) / 1e6
        frozen = self._source.live and now.monotonic_ns - self._same_since_ns > _FROZEN_S * 1e9
        return Grabbed(
            self._ring_path, slot, generation, grab, now, previous, unreadable, frozen, ready_ms, layout, self._previous
        )
