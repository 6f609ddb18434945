"""The typed configuration: defaults, then a TOML file, then the environment, then the command line; later wins.

Unknown keys and wrong types are refused, with the nearest valid key. Knows no process and loads nothing heavy.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import msgspec

from stream.config.addresses import is_any, is_endpoint, is_host, is_loopback
from stream.config.sections import Config, Section
from stream.errors import ConfigError
from stream.machine.text_files import TextError, read_text

_DEEPEST: Final = 20
ENVIRONMENT_PREFIX: Final = "CAPILLARY_STREAM_"


def load(
    file: Path | None,
    overrides: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
    base: Path | None = None,
) -> Config:
    """Return the configuration from all layers; later ones win.

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
    """Yield every key of a file, tables included, dotted."""
    for key, value in tree.items():
        yield path + key
        if isinstance(value, dict):
            yield from _paths(value, f"{path}{key}.")


def _lay_over(tree: dict[str, Any], found: Mapping[str, Any]) -> None:
    """Lay a layer over the earlier ones, key by key; an analyser's own settings are replaced whole, as they are its."""
    for key, value in found.items():
        known = tree.get(key)
        if isinstance(known, dict) and isinstance(value, dict) and key != "settings":
            _lay_over(known, value)
        else:
            tree[key] = value


def _read(file: Path) -> dict[str, Any]:
    try:
        return _shallow(tomllib.loads(read_text(file)))
    except FileNotFoundError as error:
        raise ConfigError(f"there is no config file {file}") from error
    except OSError as error:
        raise ConfigError(f"the config file {file} cannot be read: {error.strerror}") from error
    except RecursionError as error:
        raise ConfigError(f"the config file {file} nests deeper than {_DEEPEST} levels") from error
    except TextError as error:
        raise ConfigError(f"the config file {file} is {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the config file {file} is not TOML: {error}") from error
    except ValueError as error:
        raise ConfigError(f"the config file {file} holds a number of thousands of digits") from error


def _shallow(tree: dict[str, Any]) -> dict[str, Any]:
    """Return the tree as it is. Raises RecursionError if it nests deeper than any configuration does."""
    level: list[Any] = [tree]
    for _ in range(_DEEPEST):
        level = [inner for value in level for inner in _inside(value)]
    if level:
        raise RecursionError
    return tree


def _inside(value: object) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _from_environment(environment: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """Read the environment: CAPILLARY_STREAM_WORKERS_COUNT=2 → workers.count: (the variable, 2).

    Values are read as TOML, else as text.

    Raises ConfigError if a variable sets nothing: it was meant to.
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
    """Raise ConfigError if a text cannot name a file (the system refuses NUL) or cannot be stored (no UTF-8)."""
    for key, value in _values(tree, ""):
        if isinstance(value, str) and ("\0" in value or not _is_utf8(value)):
            raise ConfigError(f'"{key}"{origins.get(key, "")}: a character in it cannot be part of a text')


def _values(tree: Mapping[str, Any], path: str) -> Iterator[tuple[str, object]]:
    """Yield every key that holds no table, dotted, and its value."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _values(value, f"{path}{key}.")
        else:
            yield path + key, value


def _plain(error: str, origins: Mapping[str, str]) -> str:
    """Put the key first, and where it was set: msgspec says "Expected `int`, got `str` - at `$.workers.count`"."""
    problem, _, place = error.partition(" - at `$.")
    key = place.rstrip("`").partition("[")[0]
    beginnings = [key.rsplit(".", cut)[0] for cut in range(key.count(".") + 1)]
    where = next((origins[beginning] for beginning in beginnings if beginning in origins), "")
    return f'"{key}"{where}: {problem[:1].lower()}{problem[1:]}' if key else error


def _refuse_exposed(config: Config) -> None:
    """Raise ConfigError if anything would leave this machine unencrypted, or for people who were not let in.

    Keys are looked for when a run starts.
    """
    publish, view = config.publish, config.view
    if publish.enabled and not is_endpoint(publish.endpoint):
        raise ConfigError(
            f'"publish.endpoint" is {publish.endpoint}: it is written tcp://ADDRESS:PORT, as in tcp://127.0.0.1:5560'
        )
    if view.enabled and not is_host(view.host):
        raise ConfigError(
            f'"view.host" is {view.host}: no name or address of a machine; write one such as 127.0.0.1 alone, and the '
            "port as view.port"
        )
    if view.enabled and not is_loopback(view.host):
        missing = [name for name in ("token_file", "certificate_file", "key_file") if not getattr(view, name)]
        missing += ["names"] if is_any(view.host) and not view.names else []
        if missing or not view.host:
            raise ConfigError(
                f'"view.host" is {view.host}: beyond this machine the page needs a token and TLS, so set '
                f"{', '.join(f'view.{name}' for name in missing) or 'an address'} too; or use 127.0.0.1"
            )
    if view.enabled and bool(view.certificate_file) != bool(view.key_file):
        raise ConfigError('"view.certificate_file" and "view.key_file" belong together: set both, or neither')


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _where(file: Path | None) -> str:
    return f" in {file}" if file is not None else ""
