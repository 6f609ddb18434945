"""What the capture process is told when it is spawned. Loads nothing heavy."""

from dataclasses import dataclass

from stream.config.sections import CaptureConfig, ViewConfig, WorkersConfig


@dataclass(frozen=True, slots=True)
class CaptureSettings:
    """What the capture process is told when it is spawned.

    frames: only the first so many, None for all. replay: every frame exactly once; else the newest frame wins.
    speed: of a recording, 0 as fast as it goes.
    """

    source: str
    frames: int | None
    replay: bool
    speed: float
    worker_count: int
    capture: CaptureConfig
    workers: WorkersConfig
    view: ViewConfig
