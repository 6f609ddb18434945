"""Single frames of a recording, outside a run. Knows sources, nothing of sessions."""

from types import TracebackType

from capture.sources.opening import SourceLimits, open_source
from capture.sources.session.recorded import SessionSource
from capture.sources.uri import LIVE_SCHEMES, parse_uri
from stream.errors import SourceError, StreamError
from stream.pixels.frame_image import FrameImage
from stream.protocol.contracts import FrameSource, retrieved


class Lookup:
    """A recording from which frames are taken in any order. Opened when the first is wanted."""

    def __init__(self, source: str, limits: SourceLimits) -> None:
        self._uri, self._limits = source, limits
        self._source: FrameSource | None = None
        self._next = 0

    def image(self, seq: int, frame: str) -> FrameImage:
        """Return the frame of that name: at `seq`, or at the index that is its name.

        Raises SourceError if the source cannot be opened, is live, or has no such frame.
        """
        source = self._opened()
        if why_not := self.missing_frame_reason(seq, frame):
            raise SourceError(why_not)
        for index in dict.fromkeys(_indices(source, seq, frame)):
            image = self._at(source, index, frame)
            if image is not None:
                return image
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

    def missing_frame_reason(self, seq: int, frame: str) -> str:
        """Return why a frame has no picture: it fell into a gap of a recorded session; empty if it did not."""
        source = self._opened()
        if not isinstance(source, SessionSource):
            return ""
        places = [place for place in _indices(source, seq, frame) if place < len(source.frames)]
        if any(source.frames[place].row.frame == frame for place in places):
            return ""
        return f"The picture of frame {frame} was not recorded."

    def _opened(self) -> FrameSource:
        if self._source is None:
            if parse_uri(self._uri).scheme in LIVE_SCHEMES:
                raise SourceError("this session was live: its pictures were not stored")
            source = open_source(self._uri, self._limits)
            if source.live:
                source.close()
                raise SourceError(f"{source.name} is live: its pictures were not stored")
            self._source, self._next = source, 0
        return self._source

    def _at(self, source: FrameSource, index: int, frame: str) -> FrameImage | None:
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
        return retrieved(source, grab)


def _indices(source: FrameSource, seq: int, frame: str) -> list[int]:
    """Return where a frame may lie in its source."""
    if not isinstance(source, SessionSource):
        return [seq, *([int(frame)] if frame.isdigit() else [])]
    place = source.place_of(seq)  # the session's own seq; a replay of the session counted the recorded frames
    return [seq] if place is None else [place, seq]
