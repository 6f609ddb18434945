"""Analyses one frame after the other in this process: the paper's baseline serial architecture.

Helmy et al. 2022, section V: one core, whatever the number of cores ("the system is not scalable").
"""

from collections.abc import Generator

from stream.config.engine_choice import EngineChoice
from stream.engines.step import Frames, StepMaker, Tally, reading_of
from stream.machine.processes import name_process
from stream.protocol.readings import DensityReading


def serial(
    frames: Frames,
    maker: StepMaker,
    choice: EngineChoice,  # noqa: ARG001 (always one worker)
    tally: Tally,  # noqa: ARG001 (nothing is handed on)
) -> Generator[DensityReading, None, None]:
    """See `stream.engines.step.Engine`."""
    name_process("worker-0")
    step = maker.make(0)
    for header, image in frames:
        yield reading_of(step(header, image))
