"""What a user may have meant by a source that cannot be opened: a file for a source, or a source for a file."""

import re
from collections.abc import Container
from pathlib import Path
from typing import Final

from capture.sources.files import exists
from capture.sources.uri import PLAIN, SourceUri

_NUMBER: Final = re.compile(r"[0-9]{1,2}")
_ADDRESS: Final = re.compile(r"(https?|rtsps?)/|([0-9]+\.){3}[0-9]+(/|$)|www\.")


def hint(text: str, uri: SourceUri, schemes: Container[str]) -> str:
    """Return how the source is written that was meant, as a sentence with a blank before it; empty if nothing tells.

    text: what was typed; uri: what it was taken for; schemes: the names of all kinds of sources.
    """
    if uri.scheme != PLAIN:
        return " There is a file of this name: to open it, write ./ before the name." if exists(Path(text)) else ""
    if text.startswith("/dev/"):
        return f" A camera of this machine is written camera:{text}."
    if exists(Path(text)):
        return ""
    if _NUMBER.fullmatch(text):
        return f" A camera of this machine is written camera:{text}."
    if text in schemes:
        return f" A kind of source is written with a colon: {text}:, camera:0, http://host/video."
    if _ADDRESS.match(text):
        return " The address of a camera begins with http://, https://, rtsp:// or rtsps://."
    return ""
