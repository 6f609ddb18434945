"""What the log says of frames that are set aside as failed: few lines, however many there are."""

import logging


class FailedFrames:
    """The failed frames of a run: a line is written for the first, the tenth, the hundredth and so on."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._count = 0

    def note(self, frame: str, why: str) -> None:
        """Count a frame. why: a sentence. Every one of them has its reason in its reading."""
        self._count += 1
        if self._count == 1:
            self._log.error("frame %s set aside as failed: %s", frame, why)
        elif str(self._count).strip("0") == "1":
            self._log.error("frame %s set aside as failed, number %d so far: %s", frame, self._count, why)
