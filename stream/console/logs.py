"""Logging to stderr, as text or as JSON lines; set up anew in every process, because spawned ones inherit nothing."""

import json
import logging
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from stream.console.public_source import public_source, secrets_in
from stream.protocol.types import LogFormat

_hidden: list[str] = []  # the longest first
_secrets: dict[str, str] = {}  # secret → what stands in its place; the longest first
_OPTIONS: Final = re.compile(r"\?[^?=]*=[^?]*$")
_SHORTEST: Final = 3
_INSTEAD: Final = "(source)"
_INSTEAD_OF_VALUE: Final = "(secret)"
_SECRET_KEY: Final = re.compile(r"password|secret|token|authorization", re.I)


def hide(source: str) -> None:
    """Hide in this process's log from now on that source's secrets; of a file the name too: it may be a patient's."""
    hide_secrets(source)
    scheme, colon, place = source.partition(":")
    if colon and scheme not in ("video", "images", "dicom") and not Path(source).exists():
        return  # a device or an address, not a file
    path = Path(_OPTIONS.sub("", place) if colon and not Path(source).exists() else source)
    names = {source, str(path), str(path.absolute()), path.name, path.stem}
    _hidden.extend(name for name in names if len(name) >= _SHORTEST)
    _hidden.sort(key=len, reverse=True)


def hide_secrets(source: str) -> None:
    """Hide from now on what is secret in that source's name, in this process's log and by `discreet`."""
    found = {secret: _INSTEAD for secret in secrets_in(source) if len(secret) >= _SHORTEST} | _secrets
    if source in found:
        found[source] = public_source(source)
    _secrets.clear()
    _secrets.update(sorted(found.items(), key=lambda item: len(item[0]), reverse=True))


def hide_values(settings: Mapping[str, Any]) -> None:
    """Hide from now on the secrets in the settings of an outlet: passwords, tokens, keys, and those of addresses."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            hide_values(value)
        elif isinstance(value, str) and len(value) >= _SHORTEST:
            hide_secrets(value)
            if _SECRET_KEY.search(key):
                _secrets[value] = _INSTEAD_OF_VALUE


def discreet(text: str) -> str:
    """Return the text without secrets that are to be hidden."""
    for secret, instead in _secrets.items():
        text = _replaced(secret, instead, text)
    return text


def _replaced(word: str, instead: str, text: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _: instead, text)


class _Discreet(logging.Formatter):
    """A formatter that replaces hidden names, in tracebacks too."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        text = discreet(self._inner.format(record))
        for name in _hidden:
            text = _replaced(name, _INSTEAD, text)
        return text


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "t": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "process": record.name.removeprefix("capillary."),
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def quiet_libraries() -> None:
    """Keep libraries from telling users what they cannot act on: Matplotlib finds no folder for its cache."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)


def set_up(level: int, log_format: LogFormat) -> None:
    """Send this process's log to stderr. stdout stays free for data."""
    handler = logging.StreamHandler(sys.stderr)
    plain = logging.Formatter("%(asctime)s %(name)s: %(message)s", "%H:%M:%S")
    handler.setFormatter(_Discreet(_JsonLines() if log_format == "json" else plain))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    quiet_libraries()
    logging.getLogger("capillary").setLevel(level)
    logging.getLogger("capillary.progress").setLevel(min(level, logging.INFO))  # lines that a user waits for
