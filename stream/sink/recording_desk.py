"""The recording of pictures as the sink sees it: its status is part of the run's, requests go to the recorder."""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from stream.protocol.bedside import Answer
from stream.protocol.processes import PeerDown, SecurityEvent
from stream.protocol.recording import KeepRecording, Recorded
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
        if not self._child.tell("recorder", request):
            return Answer(request=request.request, error=_NOT_RECORDED, status=409)
        self._child.report(
            SecurityEvent(what="changed", where="page", who=request.who, detail="pictures of the last minutes kept")
        )
        return Answer(request=request.request)
