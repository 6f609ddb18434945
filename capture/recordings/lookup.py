"""Frames of a recording, outside a run: all in a row, or one that is looked up. Knows sources, nothing of sessions."""

import contextlib
from collections.abc import Iterator
from types import TracebackType
from typing import Final

import numpy as np

from capture.sources.opening import SourceLimits, open_source
from capture.sources.session.recorded import SessionSource
from capture.sources.uri import PLAIN, parse_uri
from stream.errors import SourceError, StreamError, UsageError
from stream.protocol.contracts import FrameSource, Pixels

RECORDED: Final = (PLAIN, "session", "video", "images", "dicom", "synthetic")
"""Schemes whose frames are there again when they are opened again."""


class Lookup:
    """A recording from which frames are taken in any order. Opened when the first is wanted."""

    def __init__(self, source: str, limits: SourceLimits) -> None:
        self._uri, self._limits = source, limits
        self._source: FrameSource | None = None
        self._next = 0

    def pixels(self, seq: int, frame: str) -> Pixels:
        """Return the frame of that name, (height, width, 3) uint8 BGR: at `seq`, or at the index that is its name.

        Raises SourceError if the source cannot be opened, is live, or has no such frame.
        """
        source = self._opened()
        for index in dict.fromkeys(_indices(source, seq, frame)):
            pixels = self._at(source, index, frame)
            if pixels is not None:
                return pixels
        if isinstance(source, SessionSource):
            raise SourceError(f"The picture of frame {frame} was not recorded.")
        raise SourceError(f"{source.name} has no frame {frame}; is it the same recording?")

    def close(self) -> None:
        """Let go of the file."""
        if self._source is not None:
            self._source.close()
            self._source = None

    def __enter__(self) -> "Lookup":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def missing_reason(self) -> str:
        """Return why there are no frames; empty if there are. Opens the source, but no camera or network address."""
        try:
            self._opened()
        except StreamError as error:
            return str(error)
        return ""

    def _opened(self) -> FrameSource:
        if self._source is None:
            if parse_uri(self._uri).scheme not in RECORDED:
                raise SourceError("this session was live: its pictures were not stored")
            source = open_source(self._uri, self._limits)
            if source.live:
                source.close()
                raise SourceError(f"{source.name} is live: its pictures were not stored")
            self._source, self._next = source, 0
        return self._source

    def _at(self, source: FrameSource, index: int, frame: str) -> Pixels | None:
        """Return the frame at an index, if it has that name."""
        if source.frame_count is not None and index >= source.frame_count:
            return None
        if index != self._next:
            source.seek(index)
        grab = source.grab()
        self._next = index + 1
        if grab is None or grab.name != frame:
            self._next = -1  # wherever the source is now, the next one is sought
            return None
        pixels: Pixels = np.empty((grab.height, grab.width, 3), np.uint8)
        source.retrieve(pixels)
        return pixels


def _indices(source: FrameSource, seq: int, frame: str) -> list[int]:
    """Return where a frame may lie in its source."""
    if not isinstance(source, SessionSource):
        return [seq, *([int(frame)] if frame.isdigit() else [])]
    place = source.place_of(seq)  # the session's own seq; a replay of the session counted the recorded frames
    return [seq] if place is None else [place, seq]


def open_recorded(source: str, limits: SourceLimits) -> FrameSource:
    """Open a source of recorded frames, which wait to be read. Raises SourceError, UsageError if it is live."""
    opened = open_source(source, limits)
    if opened.live:
        opened.close()
        raise UsageError(f"{source} is live; give pictures or a recording")
    return opened


def frames_of(source: str, limits: SourceLimits) -> Iterator[tuple[str, Pixels]]:
    """Yield name and (height, width, 3) uint8 BGR pixels of every frame. Raises SourceError, UsageError."""
    with contextlib.closing(open_recorded(source, limits)) as opened:
        while (grab := opened.grab()) is not None:
            pixels: Pixels = np.empty((opened.height, opened.width, 3), np.uint8)
            opened.retrieve(pixels)
            yield grab.name, pixels
