"""The recording of a finished session: its frames, looked up and analysed again. Opens no file itself."""

from collections.abc import Callable

from stream.errors import ModelError, SourceError
from stream.pixels.frame_image import FrameImage
from stream.protocol.contracts import Analyser, Analysis, Frame, RecordedFrames
from stream.session.provenance import source_sha256


class SessionRecording:
    """The recording that a session was made from, if it is still there and unchanged. Not safe for several threads.

    source: as the user named it. sha256: of the file that was analysed; None if the session does not say.
    make_analyser: makes the configured analyser. Raises ModelError. um_per_px: the scale that the analysis knew.
    """

    def __init__(
        self,
        source: str,
        sha256: str | None,
        frames: RecordedFrames,
        make_analyser: Callable[[], Analyser],
        um_per_px: float | None = None,
    ) -> None:
        self._um_per_px = um_per_px
        self._source, self._sha256, self._frames, self._make_analyser = source, sha256, frames, make_analyser
        self._missing_reason: str | None = None
        self._analyser: Analyser | None = None

    def missing_reason(self) -> str:
        """Return why there are no pictures: the recording is gone, or has changed since; empty if there are."""
        if self._missing_reason is None:  # found once: the hash of a long recording takes seconds
            self._missing_reason = self._find_missing_reason()
        return self._missing_reason

    def missing_picture_reason(self, seq: int, frame: str) -> str:
        """Return why there is no picture of one frame; empty if there is. Raises SourceError."""
        return self.missing_reason() or self._frames.missing_frame_reason(seq, frame)

    def image(self, seq: int, frame: str) -> FrameImage:
        """Return the frame.

        Raises SourceError if the recording is gone, has changed since, or has no such frame.
        """
        if self.missing_reason():
            raise SourceError(self.missing_reason())
        return self._frames.image(seq, frame)

    def analyse(self, image: FrameImage, model_id: str) -> Analysis | None:
        """Analyse a frame again; None if the model that analysed it then is not the one that is configured now."""
        if self._analyser is None:
            try:
                self._analyser = self._make_analyser()
            except ModelError:
                return None
        if self._analyser.model_id != model_id:
            return None
        return self._analyser.analyse(Frame(image, um_per_px=self._um_per_px))

    def _find_missing_reason(self) -> str:
        reason = self._frames.missing_reason()
        if reason:
            return f"There is no picture: {reason.rstrip('.')}. A recording that was moved is named with --recording."
        if self._sha256 is not None and source_sha256(self._source) not in (None, self._sha256):
            return "There is no picture: the recording was changed since it was analysed."
        return ""
