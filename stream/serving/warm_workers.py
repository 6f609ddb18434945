"""Processes with the model loaded, which wait for frames: an analysis begins at once, and uses all cores."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Final

from stream.config.plugins import load
from stream.engines.step import Step, StepMaker, reading_of
from stream.errors import EngineError
from stream.machine.processes import end_with_parent, name_process
from stream.machine.signals import STOP_SIGNALS, deaf_to_signals
from stream.protocol.contracts import Pixels
from stream.protocol.frames import FrameHeader
from stream.protocol.readings import DensityReading

_DRAW: Final = "capture.writers.drawn_reading:drawn_jpeg"
_AHEAD: Final = 2  # frames that a worker has waiting
_step: list[Step] = []  # of this process, if it is a worker


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

    def analyse(self, frames: Iterable[tuple[FrameHeader, Pixels]]) -> Iterator[DrawnReading]:
        """Yield the readings of frames, in their order. Raises EngineError if a worker died."""
        waiting: deque[Future[tuple[bytes, bytes]]] = deque()
        try:
            for header, pixels in frames:
                waiting.append(self._pool.submit(_analyse, header, pixels))
                if len(waiting) > _AHEAD * self._count:
                    yield _drawn(waiting.popleft())
            while waiting:
                yield _drawn(waiting.popleft())
        except BrokenProcessPool:
            self._pool.shutdown()
            self._pool = self._started()
            raise EngineError("a worker died in the middle of an analysis") from None

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
    _step.append(maker.make(0))


def _is_ready() -> bool:
    return bool(_step)


def _analyse(header: FrameHeader, pixels: Pixels) -> tuple[bytes, bytes]:
    encoded = _step[0](header, pixels)
    return encoded, load(_DRAW)(pixels, reading_of(encoded))


def _drawn(future: "Future[tuple[bytes, bytes]]") -> DrawnReading:
    encoded, jpeg = future.result()
    return DrawnReading(reading_of(encoded), jpeg)
