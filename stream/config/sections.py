"""The typed configuration, a class for each table of the file. Knows no process and loads nothing heavy."""

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
_ENDPOINT: Final = re.compile(r"tcp://([\w.-]+|\*|\[[0-9a-fA-F:.]+\]):([1-9]\d{0,4}|\*)")


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the configuration file."""


class CaptureConfig(Section, frozen=True, kw_only=True):
    """Where frames come from and how many may wait."""

    max_width_px: Annotated[int, Meta(ge=16, le=16384, description="wider frames are refused")] = 4096
    max_height_px: Annotated[int, Meta(ge=16, le=16384, description="higher frames are refused")] = 3072
    max_fps: Annotated[float, Meta(ge=0, le=1000, description="live frames a second at most; 0: as they come")] = 0.0
    slots: Annotated[int, Meta(ge=0, le=500, description="frames that the ring holds; 0: as many as are needed")] = 0


class RemoteWorker(Section, frozen=True, kw_only=True):
    """A worker on another machine."""

    address: Annotated[str, Meta(pattern=r"^tcp://[\w.\[\]:-]+:[1-9]\d{0,4}$", description="where it listens")]
    key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", description="its public key, as `keys new` printed it there")]


class WorkersConfig(Section, frozen=True, kw_only=True):
    """Who analyses."""

    count: Annotated[int, Meta(ge=0, le=64, description="worker processes; 0: one a core")] = 0
    frame_deadline_s: Annotated[float, Meta(ge=0.2, le=600, description="a worker at one frame longer is killed")] = (
        10.0
    )
    remote: Annotated[
        tuple[RemoteWorker, ...], Meta(max_length=32, description="workers on other machines, besides those here")
    ] = ()
    deaths_per_frame: Annotated[int, Meta(ge=1, le=100, description="then the frame is set aside as failed")] = 5


class AnalyserConfig(Section, frozen=True, kw_only=True):
    """What analyses: a known name or "package.module:attribute", and that analyser's own settings."""

    name: Annotated[str, Meta(min_length=1, max_length=300)] = "capillary"
    settings: dict[str, Any] = {}


class SinkConfig(Section, frozen=True, kw_only=True):
    """Where readings go and when they are too old."""

    sessions_dir: Annotated[str, Meta(description="folder for live sessions; empty: the user's data folder")] = ""
    session_name: Annotated[str, Meta(max_length=200, description="free text, kept in the session file alone")] = ""
    reorder_wait_ms: Annotated[
        float, Meta(ge=0, le=10000, description="live: wait for an earlier frame; longer where frames take long")
    ] = 100.0
    stale_after_s: Annotated[float, Meta(ge=0.1, le=60, description="no reading for longer: the state is STALE")] = 1.0


class PublishConfig(Section, frozen=True, kw_only=True):
    """The socket for subscribers."""

    enabled: bool = True
    endpoint: Annotated[str, Meta(max_length=200, description="ZeroMQ PUB endpoint; beyond loopback: allowed keys")] = (
        "tcp://127.0.0.1:5560"
    )
    curve: Annotated[bool, Meta(description="allowed keys alone on loopback too")] = False

    @property
    def guarded(self) -> bool:
        """True where only subscribers with an allowed key get anything."""
        return self.curve or _host(self.endpoint) not in LOOPBACK


class ViewConfig(Section, frozen=True, kw_only=True):
    """The live page."""

    enabled: bool = True
    host: Annotated[str, Meta(description="loopback, unless a token and TLS are set")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="0: any free port")] = 8765
    names: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[A-Za-z0-9.:-]{1,253}$")], ...],
        Meta(max_length=20, description="names under which browsers elsewhere open the page"),
    ] = ()
    token_file: Annotated[str, Meta(description="file with the token that opens the page; empty: none asked for")] = ""
    certificate_file: Annotated[str, Meta(description="TLS certificate (PEM); empty: plain HTTP")] = ""
    key_file: Annotated[str, Meta(description="the certificate's private key (PEM)")] = ""
    pictures_per_s: Annotated[float, Meta(ge=1, le=10, description="pictures encoded while someone looks")] = 10.0
    picture_width_px: Annotated[int, Meta(ge=160, le=3840)] = 960
    pictures_kept: Annotated[
        int, Meta(ge=0, le=10_000, description="pictures kept in memory to look back at, one a second, some 80 kB each")
    ] = 600
    site_s: Annotated[float, Meta(ge=1, le=600, description="good signal that a site of the five needs, s")] = 20.0


Priority = Literal["high", "medium", "low"]
Limit = Annotated[float, Meta(gt=0, le=100)]


class AlarmsConfig(Section, frozen=True, kw_only=True):
    """When to call somebody. Limits of density are off until somebody sets them: no default would fit a patient."""

    low_pct: Annotated[Limit | None, Meta(description="density below it, %; absent: off")] = None
    high_pct: Annotated[Limit | None, Meta(description="density above it, %; absent: off")] = None
    fall_pct: Annotated[Limit | None, Meta(description="density fell by so much of what it was, %; absent: off")] = None
    fall_over_s: Annotated[float, Meta(ge=5, le=3600, description="the fall happened within so many seconds")] = 60.0
    over_s: Annotated[float, Meta(ge=1, le=60, description="density is the median of the good readings of so long")] = (
        5.0
    )
    delay_s: Annotated[float, Meta(ge=0, le=600, description="low and high must last so long, with a good signal")] = (
        10.0
    )
    hysteresis: Annotated[float, Meta(ge=0, le=0.5, description="share of a limit by which density must come back")] = (
        0.05
    )
    latching: Annotated[bool, Meta(description="an alarm of density stays until it is acknowledged")] = True
    signal_after_s: Annotated[float, Meta(ge=0, le=600, description="frames, but no good one for so long; 0: off")] = (
        10.0
    )
    technical_after_s: Annotated[float, Meta(ge=0, le=600, description="no camera, analysis or reading; 0: off")] = 5.0
    disk_free_mb: Annotated[float, Meta(ge=0, le=1e9, description="less room for the session than that; 0: off")] = (
        500.0
    )
    priority_low: Priority = "high"
    priority_high: Priority = "medium"
    priority_fall: Priority = "high"
    priority_signal: Priority = "low"
    priority_technical: Priority = "medium"

    def contradiction(self) -> str:
        """In a sentence, what cannot be meant; empty where there is nothing of that."""
        if self.low_pct is None or self.high_pct is None or self.low_pct < self.high_pct:
            return ""
        return f"The low limit, {self.low_pct:g} %, must be below the high one, {self.high_pct:g} %"


class SecurityConfig(Section, frozen=True, kw_only=True):
    """Who may connect from elsewhere."""

    keys_dir: Annotated[str, Meta(description="folder of `keys`; empty: the user's configuration folder")] = ""


class BenchConfig(Section, frozen=True, kw_only=True):
    """What `bench` measures; --help says what each may be."""

    engines: tuple[str, ...] = ("serial", "router", "ray", "stream")
    analysers: Annotated[tuple[str, ...], Meta(description="default: the one configured in [analyser]")] = (
        "default",
        "helmy2022",
    )
    workers: Annotated[tuple[Annotated[int, Meta(ge=1, le=64)], ...], Meta(min_length=1)] = (1, 2)
    frames: Annotated[int, Meta(ge=2, le=10_000_000, description="the first so many of the source")] = 100
    rounds: Annotated[int, Meta(ge=1, le=99, description="how often each case runs, in turn")] = 3


class RuntimeConfig(Section, frozen=True, kw_only=True):
    """How processes run."""

    portable: Annotated[bool, Meta(description="no memfd, pidfd or Unix sockets: what runs on any system")] = False
    restarts: Annotated[
        int, Meta(ge=0, le=100, description="deaths of a process in a row without a finished frame, then the run ends")
    ] = 5
    hang_s: Annotated[float, Meta(ge=1, le=600, description="a process that is silent for longer is killed")] = 10.0


class Config(Section, frozen=True, kw_only=True):
    """The whole configuration."""

    source: Annotated[str, Meta(description="used where the command line names none")] = ""
    capture: CaptureConfig = CaptureConfig()
    workers: WorkersConfig = WorkersConfig()
    analyser: AnalyserConfig = AnalyserConfig()
    sink: SinkConfig = SinkConfig()
    publish: PublishConfig = PublishConfig()
    outlets: Annotated[
        dict[Annotated[str, Meta(min_length=1, max_length=300)], dict[str, Any]],
        Meta(
            max_length=32, description="further outlets: each its own settings, under its name or its module:attribute"
        ),
    ] = {}
    view: ViewConfig = ViewConfig()
    alarms: AlarmsConfig = AlarmsConfig()
    security: SecurityConfig = SecurityConfig()
    bench: BenchConfig = BenchConfig()
    runtime: RuntimeConfig = RuntimeConfig()


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _where(file: Path | None) -> str:
    return f" in {file}" if file is not None else ""


def _host(endpoint: str) -> str:
    return endpoint.removeprefix("tcp://").rpartition(":")[0]
