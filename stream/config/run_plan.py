"""The plan of one run: all that was asked for, handed unchanged to every process of the run. Loads nothing heavy."""

import logging
from dataclasses import dataclass
from pathlib import Path

from stream.config.engine_choice import EngineChoice
from stream.config.sections import AnalyserConfig, Config, sha256
from stream.config.source_place import SourcePlace
from stream.machine.processes import cores
from stream.protocol.types import LogFormat, Mode


@dataclass(frozen=True, slots=True)
class AnalysisPlan:
    """What makes a reading of a frame, the same for every worker: in a run, in a bench, or on another machine.

    picture_width_px: width of the pictures for the page. outlines: put every capillary's outline into the reading.
    """

    analyser: AnalyserConfig
    picture_width_px: int
    outlines: bool = False

    @property
    def sha256(self) -> str:
        """Hash of the analyser's name and settings: machines where it differs compute other values."""
        return sha256(self.analyser)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """One run: what it watches, how, and what it leaves behind. Pickled to every process of the run.

    session: identifier, empty until the session's folder is prepared. source: as the user named it.
    folder: where the session lies. kept: it stays on disk after the end, even if no page asks for that.
    started_ns: when the command began, UTC.
    outlines: keep every capillary's outline in the session; regions_file: also write them as regions.jsonl.
    frames: analyse only the first so many; None: all. seconds: end in order after so long; None: with the source.
    speed: pace of a recording, as a factor of its own; 0: as fast as it goes.
    fingerprint: what tells a recording from another; None if the source has no content, or it is not replayed.
    engine: what spreads the frames over workers; None: the processes of this program.
    place: among the runs of one command; None: it is the only one.
    share: of all workers of the command, those of this run; 0: as configured.
    log_level, log_format: of every process.
    """

    session: str = ""
    mode: Mode
    source: str
    folder: Path
    config: Config
    started_ns: int
    kept: bool = True
    outlines: bool = False
    regions_file: bool = False
    frames: int | None = None
    seconds: float | None = None
    speed: float = 0.0
    fingerprint: str | None = None
    engine: EngineChoice | None = None
    place: SourcePlace | None = None
    share: int = 0
    log_level: int = logging.WARNING
    log_format: LogFormat = "text"

    @property
    def replaying(self) -> bool:
        """True if every frame is analysed exactly once and result files are written; else the newest frame wins."""
        return self.mode == "replay"

    @property
    def delivers(self) -> bool:
        """True if there are outlets, or signals of other devices to record: the run has a process for them."""
        return bool(self.config.outlets or (self.config.inlets.lsl.streams and not self.replaying))

    def name_of(self, source: str) -> str:
        """Return the short name of the source, as it stands in topics, logs and the session."""
        return source if self.place is None else self.place.name_of(source)

    @property
    def recording(self) -> bool:
        """True if the session's pictures are recorded."""
        return self.mode == "live" and bool(self.config.record.folder)

    @property
    def local_workers(self) -> int:
        """Number of worker processes on this machine."""
        return self.share or self.config.workers.count or cores()

    @property
    def worker_count(self) -> int:
        """Number of all workers, those on other machines included."""
        return self.local_workers + len(self.config.workers.remote)

    @property
    def analysis(self) -> AnalysisPlan:
        """Return what every worker of the run needs to know."""
        return AnalysisPlan(self.config.analyser, self.config.view.picture_width_px, self.outlines)

    @property
    def config_sha256(self) -> str:
        """Hash of the whole configuration, for the record."""
        return sha256(self.config)
