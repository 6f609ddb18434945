"""Logging to stderr, as text or as JSON lines; set up anew in every process, because spawned ones inherit nothing."""

import json
import logging
import re
import sys
import time
from pathlib import Path
from typing import Final

from stream.protocol.types import LogFormat

_hidden: list[str] = []  # the longest first
_SHORTEST: Final = 3


def hide(source: str) -> None:
    """Hide that source's name in this process's log from now on, if it is a file or folder: it may name a patient."""
    scheme, colon, place = source.partition(":")
    if colon and scheme not in ("video", "images", "dicom") and not Path(source).exists():
        return  # a device or an address, not a file
    path = Path(place if colon and not Path(source).exists() else source)
    names = {source, str(path), str(path.absolute()), path.name, path.stem}
    _hidden.extend(name for name in names if len(name) >= _SHORTEST)
    _hidden.sort(key=len, reverse=True)


class _Discreet(logging.Formatter):
    """A formatter that replaces hidden names, in tracebacks too."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        text = self._inner.format(record)
        for name in _hidden:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "(source)", text)
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


def set_up(level: int, log_format: LogFormat) -> None:
    """Send this process's log to stderr. stdout stays free for data."""
    handler = logging.StreamHandler(sys.stderr)
    plain = logging.Formatter("%(asctime)s %(name)s: %(message)s", "%H:%M:%S")
    handler.setFormatter(_Discreet(_JsonLines() if log_format == "json" else plain))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("capillary").setLevel(level)
    logging.getLogger("capillary.progress").setLevel(min(level, logging.INFO))  # lines that a user waits for
