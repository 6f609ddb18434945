"""What a worker is told when it is spawned. Loads nothing heavy."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker is told when it is spawned."""

    analyser: str
    analyser_settings: dict[str, Any]
    regions: bool
    picture_width_px: int
