"""The recording of pictures as the sink sees it: its status is part of the run's, requests go to the recorder."""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from stream.protocol.bedside import Answer, KeepRecording
from stream.protocol.processes import PeerDown
from stream.protocol.readings import Recorded
from stream.readings.run_status import RunStatusTracker
from stream.run.child import Child

_NOT_RECORDED: Final = "No pictures are recorded now: there is nothing to keep."
_AWAY: Final = "the process that records died, and is being started again"


class RecordingDesk:
    """Takes messages about the recording. answer: sends an answer to the page."""

    def __init__(self, child: Child, tracker: RunStatusTracker, answer: Callable[[Answer], None]) -> None:
        self._child, self._tracker, self._answer = child, tracker, answer

    def handle(self, message: Recorded | KeepRecording | PeerDown) -> None:
        """Note how the recording stands, or ask the recorder to keep what it has."""
        match message:
            case Recorded(status=status):
                self._tracker.recording = status
            case KeepRecording():
                self._answer(self._keep(message))
            case PeerDown() if self._tracker.recording is not None:
                self._tracker.recording = replace(self._tracker.recording, stopped=_AWAY)
            case _:
                pass

    def _keep(self, request: KeepRecording) -> Answer:
        error = "" if self._child.tell("recorder", request) else _NOT_RECORDED
        return Answer(request=request.request, error=error, status=409 if error else 200)
