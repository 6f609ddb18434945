"""The typed configuration: defaults, then a TOML file, then the environment, then the command line; later wins.

Unknown keys and wrong types are refused, with the nearest valid key. Knows no process and loads nothing heavy.
"""

import hashlib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from stream.errors import ConfigError

_DEEPEST: Final = 20
ENVIRONMENT_PREFIX: Final = "CAPILLARY_STREAM_"
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
    view: ViewConfig = ViewConfig()
    alarms: AlarmsConfig = AlarmsConfig()
    security: SecurityConfig = SecurityConfig()
    bench: BenchConfig = BenchConfig()
    runtime: RuntimeConfig = RuntimeConfig()


def load(
    file: Path | None,
    overrides: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
    base: Path | None = None,
) -> Config:
    """The configuration from all layers; later ones win.

    `base` is what a command comes with, `file` the user's own; then the environment; `overrides` are dotted keys
    ("workers.count") from the command line.
    Raises ConfigError naming the key, what is wrong with it, and the nearest valid key.
    """
    tree: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for layer in (base, file):
        if layer is not None:
            found = _read(layer)
            _refuse_unknown(found, Config, "", layer)
            _lay_over(tree, found)
            origins |= dict.fromkeys(_paths(found, ""), f" in {layer}")
    for key, (variable, value) in _from_environment(os.environ if environment is None else environment).items():
        _put(tree, key, value)
        origins[key] = f" in the environment variable {variable}"
    for key, value in overrides.items():
        _put(tree, key, value)
        origins[key] = " on the command line"
    _refuse_unknown(tree, Config, "", file)
    _refuse_unwritable(tree, origins)
    try:
        config = msgspec.convert(tree, Config, strict=True)
    except msgspec.ValidationError as error:
        raise ConfigError(_plain(str(error), origins)) from error
    _refuse_exposed(config)
    if config.alarms.contradiction():
        where = origins.get("alarms.low_pct") or origins.get("alarms.high_pct") or ""
        raise ConfigError(f'"alarms"{where}: {config.alarms.contradiction()}')
    return config


def _paths(tree: Mapping[str, Any], path: str) -> Iterator[str]:
    """Every key of a file, tables and all, dotted."""
    for key, value in tree.items():
        yield path + key
        if isinstance(value, dict):
            yield from _paths(value, f"{path}{key}.")


def _lay_over(tree: dict[str, Any], found: Mapping[str, Any]) -> None:
    """Later wins, key by key; an analyser's own settings are replaced whole, because they belong to its name."""
    for key, value in found.items():
        known = tree.get(key)
        if isinstance(known, dict) and isinstance(value, dict) and key != "settings":
            _lay_over(known, value)
        else:
            tree[key] = value


def sha256(config: Section) -> str:
    """Hash of everything that was configured in a section, or in all, for the record; but for the session's name.

    It may be a patient's, and could be found out by trying names.
    """
    if isinstance(config, Config):
        config = msgspec.structs.replace(config, sink=msgspec.structs.replace(config.sink, session_name=""))
    return hashlib.sha256(msgspec.json.encode(config, order="sorted")).hexdigest()


def _read(file: Path) -> dict[str, Any]:
    try:
        return _shallow(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ConfigError(f"there is no config file {file}") from error
    except OSError as error:
        raise ConfigError(f"the config file {file} cannot be read: {error.strerror}") from error
    except RecursionError as error:
        raise ConfigError(f"the config file {file} nests deeper than {_DEEPEST} levels") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the config file {file} is not TOML: {error}") from error
    except ValueError as error:
        raise ConfigError(f"the config file {file} holds a number of thousands of digits") from error


def _shallow(tree: dict[str, Any]) -> dict[str, Any]:
    """The tree as it is. Raises RecursionError where it nests deeper than anything here does."""
    level: list[Any] = [tree]
    for _ in range(_DEEPEST):
        level = [inner for value in level for inner in _inside(value)]
    if level:
        raise RecursionError
    return tree


def _inside(value: object) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _from_environment(environment: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """CAPILLARY_STREAM_WORKERS_COUNT=2 → workers.count: (the variable, 2); values are read as TOML, else as text.

    Raises ConfigError for a variable that sets nothing: it was meant to.
    """
    keys = [f"{section}.{name}" if section else name for section, fields in _sections().items() for name in fields]
    variables = {ENVIRONMENT_PREFIX + key.replace(".", "_").upper(): key for key in keys}
    for name in environment:
        if name.startswith(ENVIRONMENT_PREFIX) and name not in variables:
            near = get_close_matches(name, variables, n=1)
            hint = f"did you mean {near[0]}?" if near else "its name is the key's, as in CAPILLARY_STREAM_WORKERS_COUNT"
            raise ConfigError(f"the environment variable {name} sets nothing: {hint}")
    return {
        key: (name, _toml_value(environment[name]))
        for name, key in variables.items()
        if environment.get(name) is not None
    }


def _sections() -> dict[str, tuple[str, ...]]:
    tables = {f.name: f.type for f in msgspec.structs.fields(Config) if _is_section(f.type)}
    plain = tuple(f.name for f in msgspec.structs.fields(Config) if not _is_section(f.type))
    return {"": plain} | {name: table.__struct_fields__ for name, table in tables.items()}


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)


def _toml_value(text: str) -> Any:
    try:
        return _shallow(tomllib.loads(f"value = {text}"))["value"]
    except (ValueError, RecursionError):
        return text


def _put(tree: dict[str, Any], key: str, value: Any) -> None:
    *tables, name = key.split(".")
    for table in tables:
        inner = tree.setdefault(table, {})
        if not isinstance(inner, dict):
            return  # it is refused as it stands
        tree = inner
    tree[name] = value


def _refuse_unknown(tree: Mapping[str, Any], kind: type[Section], path: str, file: Path | None) -> None:
    fields = {f.name: f.type for f in msgspec.structs.fields(kind)}
    for key, value in tree.items():
        if key not in fields:
            near = get_close_matches(key, fields, n=1, cutoff=0.5)
            hint = f'did you mean "{path}{near[0]}"?' if near else f"known here: {', '.join(fields)}"
            raise ConfigError(f'unknown key "{path}{key}"{_where(file)}: {hint}')
        if _is_section(fields[key]) and isinstance(value, dict):
            _refuse_unknown(value, fields[key], f"{path}{key}.", file)


def _refuse_unwritable(tree: Mapping[str, Any], origins: Mapping[str, str]) -> None:
    """Text that no file can be called: the system refuses a NUL, and what is no UTF-8 cannot be noted."""
    for key in _paths(tree, ""):
        value: Any = tree
        for name in key.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, str) and ("\0" in value or not _is_utf8(value)):
            raise ConfigError(f'"{key}"{origins.get(key, "")}: a character in it cannot be part of a text')


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(error: str, origins: Mapping[str, str]) -> str:
    """msgspec says "Expected `int`, got `str` - at `$.workers.count`": put the key first, and where it was set."""
    problem, _, place = error.partition(" - at `$.")
    key = place.rstrip("`").partition("[")[0]
    beginnings = [key.rsplit(".", cut)[0] for cut in range(key.count(".") + 1)]
    where = next((origins[beginning] for beginning in beginnings if beginning in origins), "")
    return f'"{key}"{where}: {problem[:1].lower()}{problem[1:]}' if key else error


def _where(file: Path | None) -> str:
    return f" in {file}" if file is not None else ""


def _host(endpoint: str) -> str:
    return endpoint.removeprefix("tcp://").rpartition(":")[0]


def _refuse_exposed(config: Config) -> None:
    """What leaves this machine is encrypted, and for people who were let in; whose keys are asked when a run starts."""
    publish, view = config.publish, config.view
    if publish.enabled and not _ENDPOINT.fullmatch(publish.endpoint):
        raise ConfigError(
            f'"publish.endpoint" is {publish.endpoint}: it is written tcp://ADDRESS:PORT, as in tcp://127.0.0.1:5560'
        )
    if view.enabled and view.host not in LOOPBACK:
        missing = [name for name in ("token_file", "certificate_file", "key_file") if not getattr(view, name)]
        missing += ["names"] if view.host in ("", "0.0.0.0", "::") and not view.names else []
        if missing or not view.host:
            raise ConfigError(
                f'"view.host" is {view.host}: beyond this machine the page needs a token and TLS, so set '
                f"{', '.join(f'view.{name}' for name in missing) or 'an address'} too; or use 127.0.0.1"
            )
    if view.enabled and bool(view.certificate_file) != bool(view.key_file):
        raise ConfigError('"view.certificate_file" and "view.key_file" belong together: set both, or neither')
