"""The first frames of a source, as a source of its own."""

from stream.protocol.contracts import FrameSource, Grab, Pixels


class FirstFrames:
    """Another source's first `frames` frames; see `stream.protocol.contracts.FrameSource`.

    Whatever else the source has, such as its treatment, it has too.
    """

    def __init__(self, source: FrameSource, frames: int) -> None:
        self._source, self._left, self._frames = source, frames, frames
        self.name, self.fps, self.live = source.name, source.fps, source.live
        self.width, self.height = source.width, source.height
        known = source.frame_count
        self.frame_count: int | None = frames if known is None else min(frames, known)

    def __getattr__(self, name: str) -> object:
        """Return an optional attribute of the source."""
        return getattr(self._source, name)

    def grab(self) -> Grab | None:
        """See `FrameSource`."""
        if self._left == 0:
            return None
        self._left -= 1
        return self._source.grab()

    def retrieve(self, out: Pixels) -> None:
        """See `FrameSource`."""
        self._source.retrieve(out)

    def seek(self, index: int) -> None:
        """See `FrameSource`."""
        self._source.seek(index)
        self._left = max(0, self._frames - index)

    def close(self) -> None:
        """See `FrameSource`."""
        self._source.close()
