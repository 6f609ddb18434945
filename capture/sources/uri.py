"""The name of a source, as a user writes it: `clip.mp4`, `camera:0?fps=60`, `synthetic:?seed=1`.

Pure: touches no file.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl

from stream.errors import UsageError

PLAIN: Final = "path"
"""The scheme of a plain path; what is in it decides how it is opened."""

NETWORK_SCHEMES: Final = frozenset({"http", "https", "rtsp", "rtsps"})
"""Addresses that are kept whole: their query is the server's, so options follow a `#`."""

LIVE_SCHEMES: Final = NETWORK_SCHEMES | {"camera", "genicam", "aravis", "basler"}
"""Schemes of cameras: their frames are lost if they are not taken. A source of a plug-in says so once it is open."""

# Two letters at least: `C:\clip.mp4` is a path.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(.*)", re.DOTALL)

_NO_OPTIONS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SourceUri:
    """scheme in lower case (`path` for a plain path), path as the scheme wants it, options as text by name."""

    scheme: str
    # Not shown: the address of a camera may hold a password.
    path: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=lambda: _NO_OPTIONS)


def parse_uri(text: str) -> SourceUri:
    """Take a source's name apart. Raises UsageError if it is empty, or an option malformed or double."""
    if not text.strip():
        raise UsageError("The source is empty. Name a file, a folder, or a camera such as camera:0.")
    if "\0" in text:
        raise UsageError("The source contains a null character, which a file name cannot have.")
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        raise UsageError("The source contains an incomplete character, which a file name cannot have.") from None
    match = _SCHEME.fullmatch(text)
    if match is None:
        return SourceUri(PLAIN, text)
    scheme, rest = match[1].lower(), match[2]
    if scheme in NETWORK_SCHEMES:
        address, _, options = text.partition("#")
        return SourceUri(scheme, scheme + address[len(scheme) :], _options(options))
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
