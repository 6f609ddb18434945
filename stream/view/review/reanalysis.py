"""A finished session's recording: frames looked up in it, and analysed again. Opens no file itself."""

from collections.abc import Callable
from typing import Protocol

from stream.errors import ModelError, SourceError
from stream.protocol.contracts import Analyser, Analysis, Frame, Pixels
from stream.session.provenance import source_sha256


class Frames(Protocol):
    """Looks frames up in a recording."""

    def pixels(self, seq: int, frame: str) -> Pixels:
        """(height, width, 3) uint8 BGR. Raises SourceError."""

    def why_not(self) -> str:
        """Why there are none; empty where there are."""


class Recorded:
    """A session's recording. sha256: of the file that was analysed; None where that was not noted."""

    def __init__(self, source: str, sha256: str | None, frames: Frames, make_analyser: Callable[[], Analyser]) -> None:
        self._source, self._sha256, self._frames, self._make_analyser = source, sha256, frames, make_analyser
        self._why_not: str | None = None
        self._analyser: Analyser | None = None

    def why_not(self) -> str:
        """Why there are no pictures: the recording is gone, or was changed since; empty where there are."""
        if self._why_not is None:
            self._why_not = self._looked()
        return self._why_not

    def _looked(self) -> str:
        """Done once: the hash of a long recording takes seconds."""
        reason = self._frames.why_not()
        if reason:
            return f"There is no picture: {reason.rstrip('.')}. A recording that was moved is named with --recording."
        if self._sha256 is not None and source_sha256(self._source) not in (None, self._sha256):
            return "There is no picture: the recording was changed since it was analysed."
        return ""

    def pixels(self, seq: int, frame: str) -> Pixels:
        """The frame. Raises SourceError where the recording is gone, was changed since, or has no such frame."""
        if self.why_not():
            raise SourceError(self.why_not())
        return self._frames.pixels(seq, frame)

    def analyse(self, pixels: Pixels, model_id: str) -> Analysis | None:
        """Analyse it again; None where the model that did it then is not the one that is configured now."""
        if self._analyser is None:
            try:
                self._analyser = self._make_analyser()
            except ModelError:
                return None
        return self._analyser.analyse(Frame(pixels)) if self._analyser.model_id == model_id else None
