"""The typed configuration, a class for each table of the file. Knows no process and loads nothing heavy."""

import hashlib
from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from msgspec import Meta

from stream.config.addresses import is_loopback, split_endpoint
from stream.config.framing import Edge, Flip, Framing, Rotation, Side
from stream.protocol.types import MAX_SLOTS, Priority, UmPerPx


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the configuration file."""


Decoder = Literal["software", "cuda", "d3d11va", "vaapi", "videotoolbox"]
"""Of recorded video. All but the first are hardware, by FFmpeg's names: docs/pictures.md."""

HARDWARE_DECODERS: Final[tuple[Decoder, ...]] = get_args(Decoder)[1:]


class CaptureConfig(Section, frozen=True, kw_only=True):
    """How frames come in."""

    max_width_px: Annotated[int, Meta(ge=16, le=16384, description="wider frames are refused")] = 4096
    max_height_px: Annotated[int, Meta(ge=16, le=16384, description="higher frames are refused")] = 3072
    max_fps: Annotated[
        float, Meta(ge=0, le=1000, description="live: analyse at most so many frames per second; 0: as they come")
    ] = 0.0
    decoder: Annotated[
        Decoder,
        Meta(description="of recorded video: software, or cuda, d3d11va, vaapi, videotoolbox, see docs/pictures.md"),
    ] = "software"
    slots: Annotated[
        int,
        Meta(
            ge=0, le=MAX_SLOTS, description="frames that the shared-memory ring holds; 0: as many as the workers need"
        ),
    ] = 0
    region: Annotated[
        tuple[Edge, Edge, Side, Side] | None,
        Meta(
            description="part of the source's picture that is analysed: left, top, width, height, px",
            examples=["[480, 270, 960, 540]"],
        ),
    ] = None
    flip: Annotated[
        Flip, Meta(description='then "horizontal" swaps left and right, "vertical" top and bottom, or "none"')
    ] = "none"
    rotate_deg: Annotated[Rotation, Meta(description="then rotated clockwise: 0, 90, 180 or 270 degrees")] = 0
    um_per_px: Annotated[
        UmPerPx | None,
        Meta(description="width of a pixel, µm; not known until you set it: `scale` measures it", examples=[1.27]),
    ] = None
    scale_width_px: Annotated[
        Annotated[int, Meta(ge=16, le=16384)] | None,
        Meta(
            description="width of the frames in which that was measured; frames of another width have no scale then",
            examples=[1920],
        ),
    ] = None

    @property
    def framing(self) -> Framing:
        """Return which part of a source's picture is analysed, and how it is turned."""
        return Framing(region=self.region, flip=self.flip, rotate_deg=self.rotate_deg)

    def scale_of(self, width_px: int, own: float | None = None) -> float | None:
        """Return the width of a pixel in frames of this width, µm; None if it is not known for such frames.

        own: what the source itself says, µm; the configured scale is preferred.
        """
        configured = self.um_per_px if self.scale_width_px in (None, width_px) else None
        return own if configured is None else configured


class RemoteWorker(Section, frozen=True, kw_only=True):
    """A worker on another machine."""

    address: Annotated[str, Meta(pattern=r"^tcp://[\w.\[\]:%-]+:[1-9]\d{0,4}$", description="where it listens")]
    key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", description="its public key, as `keys new` printed it there")]


class WorkersConfig(Section, frozen=True, kw_only=True):
    """The processes that analyse."""

    count: Annotated[int, Meta(ge=0, le=64, description="worker processes; 0: one per core, within a quota")] = 0
    frame_deadline_s: Annotated[
        float, Meta(ge=0.2, le=600, description="a worker is killed after so long at one frame; another gets the frame")
    ] = 10.0
    remote: Annotated[
        tuple[RemoteWorker, ...],
        Meta(
            max_length=32,
            description='on other machines: [{address = "tcp://10.0.0.8:5570", key = "…"}], see docs/scaling.md',
        ),
    ] = ()
    deaths_per_frame: Annotated[
        int, Meta(ge=1, le=100, description="a frame that ended so many workers is set aside as failed")
    ] = 5


class AnalyserConfig(Section, frozen=True, kw_only=True):
    """What analyses a frame."""

    name: Annotated[
        str, Meta(min_length=1, max_length=300, description='or "helmy2022", or "my_package.module:make_analyser"')
    ] = "capillary"
    settings: Annotated[
        dict[str, Any],
        Meta(
            description="the analyser's own settings, see docs/extending/models.md; for instance",
            examples=['weights = "synthetic"     # the model that is free of the non-commercial limit'],
        ),
    ] = {}


CodecName = Literal["mjpeg", "h264", "lossless", "ffv1"]
"""Of a recording. What each costs, and whether it keeps every pixel: docs/performance.md."""


class RecordConfig(Section, frozen=True, kw_only=True):
    """The pictures of a session, kept beside its values."""

    folder: Annotated[
        str, Meta(description="`live` puts sessions and their pictures there; empty: no pictures unless --record")
    ] = ""
    codec: Annotated[CodecName, Meta(description="mjpeg, h264; lossless and ffv1 keep every pixel")] = "mjpeg"
    quality: Annotated[int, Meta(ge=1, le=100, description="of mjpeg and h264")] = 90
    last_minutes: Annotated[
        float,
        Meta(ge=0, le=1440, description="keep only so many, until the page's button is pressed; 0: all pictures"),
    ] = 0.0
    leave_free_mb: Annotated[
        float, Meta(ge=0, le=1e9, description="recording stops with less room, so that values still find some")
    ] = 500.0


class SinkConfig(Section, frozen=True, kw_only=True):
    """Where readings are kept, and when they are too old."""

    sessions_dir: Annotated[
        str, Meta(description="folder in which live sessions are kept; empty: the user's data folder")
    ] = ""
    session_name: Annotated[
        str,
        Meta(
            max_length=200, description="free text, on the page and in the report: in no log, topic, file name or hash"
        ),
    ] = ""
    reorder_wait_ms: Annotated[
        float,
        Meta(ge=0, le=10000, description="live: wait for an earlier frame; twice a frame's time if that is longer"),
    ] = 100.0
    stale_after_s: Annotated[
        float,
        Meta(ge=0.1, le=60, description="no reading for longer: the state is STALE, no value is shown as current"),
    ] = 1.0


class PublishConfig(Section, frozen=True, kw_only=True):
    """Readings for subscribers, on a ZeroMQ PUB socket."""

    enabled: Annotated[bool, Meta(description="false: no socket")] = True
    endpoint: Annotated[
        str,
        Meta(
            max_length=200,
            description="another address: encrypted, for allowed keys alone (run_stream.py keys --help)",
        ),
    ] = "tcp://127.0.0.1:5560"
    curve: Annotated[bool, Meta(description="true: allowed keys alone on this machine too")] = False

    @property
    def guarded(self) -> bool:
        """True if only subscribers with an allowed key get anything."""
        return self.curve or not is_loopback(split_endpoint(self.endpoint)[0])


class ViewConfig(Section, frozen=True, kw_only=True):
    """The live page."""

    enabled: Annotated[bool, Meta(description="false: no page")] = True
    host: Annotated[
        str,
        Meta(description="this machine only; another address needs the token and TLS below, see docs/security.md"),
    ] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="0: any free port")] = 8765
    names: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[A-Za-z0-9.:-]{1,253}$")], ...],
        Meta(
            max_length=20,
            description='names under which browsers elsewhere open the page, such as "ward-7.example.org"',
        ),
    ] = ()
    token_file: Annotated[
        str, Meta(description="file with the token that opens the page; empty: none is asked for")
    ] = ""
    certificate_file: Annotated[str, Meta(description="TLS certificate (PEM); empty: plain HTTP")] = ""
    key_file: Annotated[str, Meta(description="the certificate's private key (PEM)")] = ""
    pictures_per_s: Annotated[
        float, Meta(ge=1, le=10, description="pictures encoded per second while a page is open, 1 to 10")
    ] = 10.0
    picture_width_px: Annotated[
        int, Meta(ge=160, le=3840, description="their width; the whole frame is scaled to it")
    ] = 960
    pictures_kept: Annotated[
        int,
        Meta(
            ge=0,
            le=10_000,
            description="pictures kept in memory to look back at, one per second; 600 are ten minutes, some 50 MB",
        ),
    ] = 600
    site_s: Annotated[
        float, Meta(ge=1, le=600, description="seconds of good signal that each of the five sites needs")
    ] = 20.0


Limit = Annotated[float, Meta(gt=0, le=100)]


class AlarmsConfig(Section, frozen=True, kw_only=True):
    """Not an alarm system as IEC 60601-1-8 means it; limits can be changed on the page."""

    low_pct: Annotated[
        Limit | None,
        Meta(description="density below it, %; off until you set it: no default would fit a patient", examples=[4.0]),
    ] = None
    high_pct: Annotated[Limit | None, Meta(description="density above it, %; off", examples=[20.0])] = None
    fall_pct: Annotated[
        Limit | None, Meta(description="density fell by so much of what it was, %; off", examples=[30.0])
    ] = None
    fall_over_s: Annotated[float, Meta(ge=5, le=3600, description="fall_pct: within so many seconds")] = 60.0
    over_s: Annotated[
        float, Meta(ge=1, le=60, description="density is the median of the good readings of so many seconds")
    ] = 5.0
    delay_s: Annotated[float, Meta(ge=0, le=600, description="low and high must last so long, with a good signal")] = (
        10.0
    )
    hysteresis: Annotated[
        float, Meta(ge=0, le=0.5, description="to end an alarm, density must come back by this share of its limit")
    ] = 0.05
    latching: Annotated[bool, Meta(description="an alarm of density stays on until it is acknowledged")] = True
    signal_after_s: Annotated[
        float, Meta(ge=0, le=600, description="alarm: frames come, but none was good for so long; 0: off")
    ] = 10.0
    technical_after_s: Annotated[
        float, Meta(ge=0, le=600, description="alarm: no camera, no analysis or no reading for so long; 0: off")
    ] = 5.0
    disk_free_mb: Annotated[
        float, Meta(ge=0, le=1e9, description="alarm: less room than that for the session; 0: off")
    ] = 500.0
    priority_low: Annotated[
        Priority, Meta(description="of density below low_pct; high, medium or low, as all priorities")
    ] = "high"
    priority_high: Annotated[Priority, Meta(description="of density above high_pct")] = "medium"
    priority_fall: Annotated[Priority, Meta(description="of a fall by fall_pct")] = "high"
    priority_signal: Annotated[Priority, Meta(description="of a poor signal")] = "low"
    priority_technical: Annotated[
        Priority, Meta(description="of a lost camera, analysis or reading, and of a full disk")
    ] = "medium"

    def contradiction(self) -> str:
        """Return in a sentence why the limits cannot be meant; empty if they can."""
        if self.low_pct is None or self.high_pct is None or self.low_pct < self.high_pct:
            return ""
        return f"The low limit, {self.low_pct:g} %, must be below the high one, {self.high_pct:g} %"


class SecurityConfig(Section, frozen=True, kw_only=True):
    """Who may connect from elsewhere."""

    keys_dir: Annotated[
        str,
        Meta(description="where `keys` keeps this machine's key and the allowed ones; empty: the user's config folder"),
    ] = ""


class BenchConfig(Section, frozen=True, kw_only=True):
    """What `bench` measures; its own file, bench.toml, also names a source."""

    engines: Annotated[tuple[str, ...], Meta(description="see docs/performance.md")] = (
        *("serial", "router", "ray", "stream"),
    )
    analysers: Annotated[tuple[str, ...], Meta(description="default: the one in [analyser]; others by name")] = (
        *("default", "helmy2022"),
    )
    workers: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=64)], ...],
        Meta(min_length=1, description="each engine with so many worker processes; serial has one"),
    ] = (1, 2)
    frames: Annotated[
        int, Meta(ge=2, le=10_000_000, description="the first so many of the source; fewer than 10 are not compared")
    ] = 100
    rounds: Annotated[int, Meta(ge=1, le=99, description="how often each case runs, in turn")] = 3


LslScope = Literal["machine", "link", "site", "organization", "global"]
"""How far Lab Streaming Layer reaches, by the names of liblsl's `ResolveScope`: this machine, its network, further."""


class LslInletConfig(Section, frozen=True, kw_only=True):
    """Streams of Lab Streaming Layer that a live session records beside its readings."""

    streams: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=100, pattern="^[^']*$")], ...],
        Meta(max_length=32, description='names or types of streams: ["HeartRate", "ABP"], see docs/outlets/lsl.md'),
    ] = ()
    scope: Annotated[LslScope, Meta(description="where they are looked for: machine, link, site")] = "machine"
    most_per_s: Annotated[
        float,
        Meta(gt=0, le=1000, description="samples per second that are kept of each; of more, the first of a period"),
    ] = 50.0


class InletsConfig(Section, frozen=True, kw_only=True):
    """What other devices say, recorded beside the readings."""

    lsl: LslInletConfig = LslInletConfig()


class RuntimeConfig(Section, frozen=True, kw_only=True):
    """How processes run."""

    portable: Annotated[
        bool, Meta(description="true: no memfd, pidfd or Unix sockets, as on systems that have none")
    ] = False
    restarts: Annotated[
        int, Meta(ge=0, le=100, description="deaths of a process in a row without a finished frame, then the run ends")
    ] = 5
    hang_s: Annotated[
        float, Meta(ge=1, le=600, description="capture, sink or page: silent for longer, it is killed and started anew")
    ] = 10.0


class Config(Section, frozen=True, kw_only=True):
    """The whole configuration."""

    source: Annotated[
        str, Meta(description='what `live` watches if the command line names nothing: "camera:0", "rtsp://…", a file')
    ] = ""
    sources: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description='or several, each with its own session and tab of the page: ["camera:0", "camera:1"]'),
    ] = ()
    capture: CaptureConfig = CaptureConfig()
    workers: WorkersConfig = WorkersConfig()
    analyser: AnalyserConfig = AnalyserConfig()
    record: RecordConfig = RecordConfig()
    sink: SinkConfig = SinkConfig()
    publish: PublishConfig = PublishConfig()
    outlets: Annotated[
        dict[Annotated[str, Meta(min_length=1, max_length=300)], dict[str, Any]],
        Meta(
            max_length=32,
            description="further receivers of readings, each with its own settings, see docs/extending/outlets.md",
            examples=['"my_outlet:JsonLines" = {path = "readings.jsonl"}'],
        ),
    ] = {}
    inlets: InletsConfig = InletsConfig()
    view: ViewConfig = ViewConfig()
    alarms: AlarmsConfig = AlarmsConfig()
    security: SecurityConfig = SecurityConfig()
    bench: BenchConfig = BenchConfig()
    runtime: RuntimeConfig = RuntimeConfig()


def sha256(config: Section) -> str:
    """Return the hash of what was configured in a section, or in all, for the record.

    Without the session's name, which may be a patient's, and without source and settings of outlets, which may hold
    passwords: they could be found out by trying.
    """
    fields = msgspec.to_builtins(config)
    if isinstance(config, Config):
        fields["source"] = ""
        fields["sink"]["session_name"] = ""
        del fields["outlets"]
    return hashlib.sha256(msgspec.json.encode(fields, order="sorted")).hexdigest()
