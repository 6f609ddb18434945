"""Processes with the model loaded, which wait for frames: an analysis begins at once, and uses all cores."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from stream.config.plugins import load
from stream.engines.step import Step, StepMaker, reading_of
from stream.errors import EngineError, RingError
from stream.machine.processes import end_with_parent, name_process
from stream.machine.signals import STOP_SIGNALS, deaf_to_signals
from stream.pixels.arrays import Pixels
from stream.pixels.frame_image import FrameImage
from stream.protocol.frames import FrameHeader
from stream.protocol.readings import DensityReading
from stream.serving.shared_frames import SharedFrames
from stream.transport.frame_ring import RingReader

_DRAW: Final = "capture.writers.drawn_reading:drawn_jpeg"
_AHEAD: Final = 2  # frames that a worker has waiting


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What a worker process has made before its first frame. draw: from frame and reading to a JPEG."""

    step: Step
    draw: Callable[[Pixels, DensityReading], bytes]


_ready: list[_Prepared] = []  # of this process, if it is a worker


@dataclass(frozen=True, slots=True)
class DrawnReading:
    """A reading, and its frame as a JPEG with the outlines drawn in."""

    reading: DensityReading
    jpeg: bytes


class WarmWorkers:
    """A pool of workers. A worker that dies costs the analysis that it was in; the next one gets new workers."""

    def __init__(self, maker: StepMaker, count: int) -> None:
        """Start `count` processes, and wait until they have the model. Raises EngineError if they cannot."""
        self._maker, self._count = maker, count
        self._pool = self._started()

    def analyse(self, frames: Iterable[tuple[FrameHeader, FrameImage]]) -> Generator[DrawnReading, None, None]:
        """Yield the readings of frames, in their order.

        Raises EngineError if a worker died, RingError if there is no memory for the frames that wait.
        """
        waiting: deque[Future[tuple[bytes, bytes]]] = deque()
        at_most = _AHEAD * self._count
        with closing(SharedFrames(at_most + 1)) as shared:
            try:
                for header, image in frames:
                    waiting.append(self._pool.submit(_analyse, shared.place(header, image)))
                    if len(waiting) > at_most:
                        yield _drawn(waiting.popleft())
                while waiting:
                    yield _drawn(waiting.popleft())
            except BrokenProcessPool:
                self._pool.shutdown()
                self._pool = self._started()
                raise EngineError("a worker died in the middle of an analysis") from None
            finally:
                for one in waiting:
                    one.cancel()

    def close(self) -> None:
        """End the workers."""
        self._pool.shutdown(cancel_futures=True)

    def _started(self) -> ProcessPoolExecutor:
        context: Any = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(self._count, context, _prepare, (self._maker,))
        try:
            with deaf_to_signals():
                for ready in [pool.submit(_is_ready) for _ in range(self._count)]:
                    ready.result()
        except BrokenProcessPool:
            raise EngineError("a worker cannot load the model; `doctor` says why") from None
        return pool


def _prepare(maker: StepMaker) -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    end_with_parent(portable=False)
    name_process("worker")
    _ready.append(_Prepared(maker.make(0), load(_DRAW)))


def _is_ready() -> bool:
    return bool(_ready)


def _analyse(header: FrameHeader) -> tuple[bytes, bytes]:
    """Return a frame's encoded reading, and the frame with it drawn in. Raises RingError if the frame is gone."""
    prepared = _ready[0]

    def analysed(image: FrameImage) -> tuple[bytes, bytes]:
        encoded = prepared.step(header, image)
        return encoded, prepared.draw(image.pixels, reading_of(encoded))

    made = RingReader().read(header, analysed)  # mapped anew: the next analysis may have a ring of the same name
    if made is None:  # its analysis is over: no one waits for its result
        raise RingError("the frame is gone")
    return made


def _drawn(future: "Future[tuple[bytes, bytes]]") -> DrawnReading:
    encoded, jpeg = future.result()
    return DrawnReading(reading_of(encoded), jpeg)
