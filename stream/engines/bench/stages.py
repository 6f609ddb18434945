"""Measures what each step of a frame costs: CPU time, step by step, on one core in one process.

Steps inside the analysis are not listed here: whatever public function or method one module of the analysing package
takes from another is a step, timed without the steps inside it. So the list follows the code.
"""

import contextlib
import functools
import inspect
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from types import FunctionType
from typing import Any, Final

import cv2
import msgspec

from stream.console.text import counted
from stream.engines.bench.floor import Floor
from stream.engines.bench.machine import Machine, machine_text, source_name
from stream.engines.bench.markdown import markdown
from stream.engines.frames import frames_of
from stream.engines.step import StepMaker, reading_of
from stream.pixels.arrays import Bytes, Pixels
from stream.pixels.frame_image import FrameImage
from stream.pixels.layouts import PixelLayout
from stream.protocol.contracts import FrameSource, Grab, layout_of, retrieved
from stream.protocol.frames import FrameHeader
from stream.protocol.stamp import FrameStamp
from stream.protocol.wire import decode, encode
from stream.readings.ordering import Sequencer
from stream.session.store import Store

_WARM: Final = 2  # frames that are not counted: caches, first allocations
_SMALL_MS: Final = 0.02
_NEXT: Final = "capture: next frame"
_INTO_MEMORY: Final = "capture: decode into memory"
_FLOOR: Final = "floor: decode, to BGR, one pass over the pixels"
_PAGE: Final = 4096


class StepClock:
    """CPU time of this process by step, one frame after the other, without the steps inside a step."""

    def __init__(self) -> None:
        self.frames: list[dict[str, float]] = []
        self._inside: list[float] = []

    def begin_frame(self) -> None:
        """Count what follows as part of the next frame."""
        self.frames.append(defaultdict(float))

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time the block."""
        self._inside.append(0.0)
        started = time.process_time_ns()
        try:
            yield
        finally:
            took = (time.process_time_ns() - started) / 1e6
            inner = self._inside.pop()
            if self.frames:
                self.frames[-1][name] += took - inner
            if self._inside:
                self._inside[-1] += took

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as a step."""

        @functools.wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            with self.step(name):
                return function(*arguments, **named)

        return call

    def medians(self) -> dict[str, float]:
        """Return the median CPU time of each step, ms, without the first frames."""
        counted = self.frames[_WARM:] or self.frames
        names = dict.fromkeys(name for frame in counted for name in frame)
        return {name: median(frame.get(name, 0.0) for frame in counted) for name in names}


class _TimedSource:
    """A source whose every frame is timed."""

    def __init__(self, source: FrameSource, clock: StepClock) -> None:
        self._source, self._clock = source, clock
        self.name, self.fps, self.live, self.frame_count = source.name, source.fps, source.live, source.frame_count
        self.width, self.height, self.layout = source.width, source.height, layout_of(source)
        self._grabbed: Grab | None = None

    def grab(self) -> Grab | None:
        self._clock.begin_frame()
        with self._clock.step(_NEXT):
            grab = self._grabbed = self._source.grab()
        if grab is None:
            self._clock.frames.pop()
        return grab

    def retrieve(self, out: Pixels) -> None:
        self._source.retrieve(out)

    def retrieve_planes(self, out: Bytes) -> PixelLayout:
        assert self._grabbed is not None  # by the contract of sources
        out[::_PAGE] = 0  # memory that was never touched is given by the system page by page: not the decoder's time
        with self._clock.step(_INTO_MEMORY):
            return retrieved(self._source, self._grabbed, out).layout

    def seek(self, index: int) -> None:
        self._source.seek(index)

    def close(self) -> None:
        self._source.close()


class Stages(msgspec.Struct, frozen=True, kw_only=True):
    """The content of stages.json.

    steps: median CPU time of each, ms, in the order in which they came first; the floor is one of them.
    """

    machine: Machine
    source: str
    frames: int
    steps: dict[str, float]

    @property
    def floor_ms(self) -> float:
        """CPU time of the floor, see `floor`."""
        return self.steps[_FLOOR]

    @property
    def frame_ms(self) -> float:
        """CPU time of all that the program does with a frame."""
        return sum(self.steps.values()) - self.floor_ms

    @property
    def floors(self) -> float:
        """Return a frame's CPU time over the floor."""
        return self.frame_ms / self.floor_ms


def measure(source: FrameSource, maker: StepMaker, folder: Path, floor: Floor) -> dict[str, float]:
    """Return the median CPU time of each step over the frames of a source, ms; that of the floor between them.

    Raises ModelError, SourceError.
    """
    cv2.setNumThreads(1)
    clock = StepClock()
    step = maker.make(0)
    store = Store(folder / "stages.sqlite")
    with contextlib.closing(store), instrumented(maker.target.partition(".")[0], clock):
        order: Sequencer[Any] = Sequencer()

        def pass_over(stamp: FrameStamp, _why: str) -> None:
            order.offer(stamp.seq, None, 0.0)

        for header, made in frames_of(_TimedSource(source, clock), unreadable=pass_over):
            with clock.step("capture: thumbnail for the next frame"):
                _ = _unseen(made).thumbnail
            image = _unseen(made)
            with clock.step("worker: half-resolution picture"):
                _ = image.half
            with clock.step("messages: header there and back"):
                received = decode(encode(header))
            assert isinstance(received, FrameHeader)  # what was encoded
            with clock.step("worker: reading made and encoded"):
                data = step(received, image)
            with clock.step("sink: reading decoded, put in order"):
                reading = reading_of(data)
                order.offer(reading.seq, reading, 0.0)
                released = list(order.release(0.0))
            with clock.step("sink: on disk"):
                for _, one in released:
                    store.add(one)
                store.commit()
            with clock.step("sink: encoded for subscribers"):
                encode(reading)
            with clock.step(_FLOOR):  # last: between decoding and analysis it would take the frame from the cache
                floor.frame_ms()
    for path in folder.glob("stages.sqlite*"):
        path.unlink()
    return clock.medians()


def _unseen(image: FrameImage) -> FrameImage:
    """Return the frame as it comes to a process that has made nothing of it yet."""
    return FrameImage(image.memory, image.width, image.height, image.layout)


@contextlib.contextmanager
def instrumented(package: str, clock: StepClock) -> Iterator[None]:
    """Time what the package's modules take from one another, and their public methods, until the block ends."""
    changed: list[tuple[Any, str, Any]] = []
    for name, module in list(sys.modules.items()):
        if not name.startswith(f"{package}.") or module is None:
            continue
        for attribute, found in list(vars(module).items()):
            if isinstance(found, FunctionType) and found.__module__ != name and not attribute.startswith("_"):
                changed.append((module, attribute, found))
            elif inspect.isclass(found) and found.__module__ == name and not issubclass(found, msgspec.Struct):
                changed += [
                    (found, method, function)
                    for method, function in list(vars(found).items())
                    if isinstance(function, FunctionType) and not method.startswith("_")
                ]
    for owner, attribute, function in changed:
        where = function.__module__.rpartition(".")[2]
        setattr(owner, attribute, clock.timed(f"analysis: {where}.{function.__name__}", function))
    try:
        yield
    finally:
        for owner, attribute, function in changed:
            setattr(owner, attribute, function)


def report(stages: Stages) -> str:
    """Return the table as Markdown, most expensive steps first within each part, and how far above the floor it is."""
    rows: list[list[str]] = []
    for part in ("capture", "messages", "worker", "analysis", "sink", "floor"):
        own = {name: ms for name, ms in stages.steps.items() if name.startswith(f"{part}:")}
        shown = {name: ms for name, ms in own.items() if ms >= _SMALL_MS}
        small = sum(ms for name, ms in own.items() if name not in shown)
        rows += [_row(name, ms, stages) for name, ms in sorted(shown.items(), key=lambda row: -row[1])]
        if small >= _SMALL_MS:
            rows.append(_row(f"{part}: all smaller steps", small, stages))
    return (
        "\n\n".join(
            [
                machine_text(stages.machine),
                f"{counted(stages.frames, 'frame')} of `{source_name(stages.source)}`, one core; "
                "a step's time is without the steps inside it.",
                markdown(("step", "CPU ms a frame, median", "times the floor"), rows),
                f"All steps together: {stages.frame_ms:.1f} ms. The floor: {stages.floor_ms:.1f} ms. So a frame costs "
                f"{stages.floors:.2f} times the floor.",
            ]
        )
        + "\n"
    )


def cells(stages: Stages) -> dict[str, str]:
    """Return what stands in this processor's column of the comparison of processors."""
    return {"all steps of a frame on one core, times the floor": f"{stages.floors:.2f}"}


def _row(name: str, ms: float, stages: Stages) -> list[str]:
    return [name, f"{ms:.2f}", f"{ms / stages.floor_ms:.3f}"]
