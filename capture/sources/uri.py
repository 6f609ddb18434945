"""The name of a source, as a user writes it: `clip.mp4`, `camera:0?fps=60`, `synthetic:?seed=1`.

Pure: touches no file.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeVar
from urllib.parse import parse_qsl

import msgspec

from stream.errors import UsageError

PLAIN: Final = "path"
"""The scheme of a plain path; what is in it decides how it is opened."""

NETWORK_SCHEMES: Final = frozenset({"http", "https", "rtsp", "rtsps"})
"""Addresses that are kept whole: their query is the server's, so options follow a `#`."""

# Two letters at least: `C:\clip.mp4` is a path.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(.*)", re.DOTALL)

_NO_OPTIONS: Final[Mapping[str, str]] = MappingProxyType({})

OptionsT = TypeVar("OptionsT", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class SourceUri:
    """scheme in lower case (`path` for a plain path), path as the scheme wants it, options as text by name."""

    scheme: str
    path: str
    options: Mapping[str, str] = field(default_factory=lambda: _NO_OPTIONS)


def parse_uri(text: str) -> SourceUri:
    """Take a source's name apart. Raises UsageError where it is empty, or an option malformed or double."""
    if not text.strip():
        raise UsageError("The source is empty. Name a file, a folder, or a camera such as camera:0.")
    match = _SCHEME.fullmatch(text)
    if match is None:
        return SourceUri(PLAIN, text)
    scheme, rest = match[1].lower(), match[2]
    if scheme in NETWORK_SCHEMES:
        address, _, options = text.partition("#")
        return SourceUri(scheme, address, _options(options))
    # `?` is also a wildcard in `images:f?.png`: options are what holds an `=` after the last one.
    path, mark, options = rest.rpartition("?")
    if not mark or "=" not in options:
        return SourceUri(scheme, rest)
    return SourceUri(scheme, path, _options(options))


def _options(text: str) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text))
    except ValueError:
        raise UsageError(f"The source's options '{text}' are not written as name=value&name=value.") from None
    options = dict(pairs)
    if len(options) < len(pairs):
        raise UsageError(f"The source's options '{text}' give the same name twice.")
    return MappingProxyType(options)


def nearest(word: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest of the known words, else all of them."""
    words = sorted(known)
    near = difflib.get_close_matches(word, words, n=1)
    return f"Did you mean {near[0]}?" if near else f"Known: {', '.join(words) or 'none'}."


def options_as(uri: SourceUri, kind: type[OptionsT]) -> OptionsT:
    """The options as a struct, text turned into the fields' types. Raises UsageError in a plain sentence."""
    fields = {one.name: one for one in msgspec.structs.fields(kind)}
    values = {}
    for name, text in uri.options.items():
        if name not in fields:
            raise UsageError(f"{uri.scheme}: has no option '{name}'. {nearest(name, fields)}")
        try:
            values[name] = msgspec.convert(text, fields[name].type, strict=False)
        except msgspec.ValidationError as error:
            raise UsageError(f"{uri.scheme}: option {name}={text} will not do: {error}.") from None
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{uri.scheme}: {error}.") from None
