"""What every engine is given: frames, and by name the code that analyses one. Knows no process and no socket."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import NoReturn, Protocol

from stream import errors
from stream.config.engine_choice import EngineChoice
from stream.config.plugins import load
from stream.config.run_plan import AnalysisPlan
from stream.pixels.frame_image import FrameImage
from stream.protocol.frames import FrameHeader
from stream.protocol.readings import DensityReading
from stream.protocol.wire import decode

Frames = Iterable[tuple[FrameHeader, FrameImage]]
"""Header and picture of frames that can be read, in order of seq; seqs may have gaps."""

Step = Callable[[FrameHeader, FrameImage], bytes]
"""From header and picture of a frame to its encoded reading. Never raises for a frame: it makes a failed reading."""


@dataclass(frozen=True, slots=True)
class StepMaker:
    """The way in which a worker process makes its step.

    target: "module:function", called with (plan, session, worker number).
    """

    plan: AnalysisPlan
    session: str
    target: str = "workers.reading:make_step"

    def make(self, worker: int) -> Step:
        """Return the step of one worker. Raises ModelError or ConfigError if the analyser cannot be made."""
        made: Step = load(self.target)(self.plan, self.session, worker)
        return made


@dataclass(slots=True)
class Tally:
    """The bytes that an engine handed from process to process, counted once for each process that took them over."""

    handed_bytes: int = 0


class Engine(Protocol):
    """Analyses frames on as many workers as chosen, and gives one reading per frame, in the order of the frames.

    Closing the iterator stops the workers. Raises ModelError or ConfigError if the analyser cannot be made, EngineError
    if the engine itself fails.
    """

    def __call__(
        self, frames: Frames, maker: StepMaker, choice: EngineChoice, tally: Tally
    ) -> Generator[DensityReading, None, None]:
        """Yield readings as they are ready."""


def reading_of(data: bytes | memoryview) -> DensityReading:
    """Decode what a step returned. Raises WireError."""
    reading = decode(data)
    assert isinstance(reading, DensityReading)
    return reading


def raise_named(kind: str, sentence: str) -> NoReturn:
    """Raise here what was raised in a worker: an error of `stream.errors` by its name."""
    failure: type[errors.StreamError] = getattr(errors, kind, errors.EngineError)
    raise failure(sentence)
