"""Sources for commands that read recordings: frames that wait until they are read. A live source is refused."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from capture.sources.opening import SourceLimits, open_source
from capture.sources.uri import LIVE_SCHEMES, parse_uri
from stream.console.public_source import public_source
from stream.errors import UsageError

if TYPE_CHECKING:
    from stream.protocol.contracts import FrameSource, Pixels


def refuse_live_scheme(source: str) -> None:
    """Raise UsageError if a source is live by its name alone, so that no camera is looked for."""
    if parse_uri(source).scheme in LIVE_SCHEMES:
        raise _is_live(source)


def open_recorded(source: str, limits: SourceLimits) -> "FrameSource":
    """Open a source of recorded frames. Raises SourceError, UsageError if it is live."""
    refuse_live_scheme(source)
    opened = open_source(source, limits)
    if opened.live:
        opened.close()
        raise _is_live(source)
    return opened


def frames_of(source: str, limits: SourceLimits) -> "Iterator[tuple[str, Pixels]]":
    """Yield name and (height, width, 3) uint8 BGR pixels of every frame. Raises SourceError, UsageError."""
    from stream.protocol.contracts import retrieved

    with contextlib.closing(open_recorded(source, limits)) as opened:
        while (grab := opened.grab()) is not None:
            yield grab.name, retrieved(opened, grab).pixels


def _is_live(source: str) -> UsageError:
    return UsageError(
        f"{public_source(source)} is live, and this command reads recordings: watch it with `live`, or record it with "
        "`record` and name the recording."
    )
