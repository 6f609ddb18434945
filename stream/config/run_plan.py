"""What the sink is told when it is spawned."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stream.config.sections import AlarmsConfig, PublishConfig, SecurityConfig, SinkConfig
from stream.protocol.types import Mode


@dataclass(frozen=True, slots=True)
class SinkSettings:
    """What the sink is told when it is spawned.

    folder: where the session lies. outputs: also write the files of a replay.
    regions: keep every outline in the session; regions_file: also write them as regions.jsonl.
    started_ns: when the command began, UTC.
    """

    folder: Path
    mode: Mode
    outputs: bool
    regions: bool
    regions_file: bool
    source: str
    worker_count: int
    config_sha256: str
    version: str
    started_ns: int
    sink: SinkConfig
    publish: PublishConfig
    security: SecurityConfig
    alarms: AlarmsConfig = field(default_factory=AlarmsConfig)
    outlets: dict[str, dict[str, Any]] = field(default_factory=dict)
