"""The recorder process: every captured frame's pixels from the ring to the recording.

Capture tells it of each frame and does not wait. The pixels are copied at once, before their slot is used again; a
frame that was overwritten by then, or finds the encoder busy, is counted and not recorded.
"""

import time
from typing import Final

import msgspec
from msgspec import structs

from capture.recordings.writing.background import Background
from capture.recordings.writing.recording import Recording, describe
from capture.sources.session.description import Description, is_recording, read_description
from capture.sources.session.frame_table import row_of
from stream.config.run_plan import RunPlan
from stream.machine.shared_memory import keep_freed_memory
from stream.pixels.frame_image import FrameImage
from stream.protocol.bedside import KeepRecording
from stream.protocol.frames import FrameHeader, SourceInfo
from stream.protocol.processes import Stop
from stream.protocol.readings import Recorded, RecordingStatus
from stream.protocol.types import MAX_SENTENCE, Message
from stream.run.child import Child
from stream.transport.frame_ring import RingReader

_TICK_MS: Final = 100
_STATUS_S: Final = 0.5


def run(child: Child, plan: RunPlan) -> None:
    """Record until the supervisor says stop. Raises OSError if the folder cannot be written, SourceError."""
    keep_freed_memory()
    recorder = Recorder(child, plan)
    try:
        recorder.run()
    finally:
        recorder.close()


def description_of(plan: RunPlan, source: SourceInfo) -> Description:
    """Describe the recording that this run makes, or the one that an earlier incarnation began. Raises SourceError."""
    if is_recording(plan.folder):
        return structs.replace(read_description(plan.folder), recorded=0)  # the frames that are there are counted anew
    record = plan.config.record
    return structs.replace(
        describe(plan.session, source, record),
        analyser=msgspec.to_builtins(plan.config.analyser),
        last_minutes=record.last_minutes,
        kept=record.last_minutes == 0,
    )


class Recorder:
    """One incarnation of the recorder."""

    def __init__(self, child: Child, plan: RunPlan) -> None:
        self._child, self._plan = child, plan
        self._ring = RingReader()
        self._background: Background | None = None  # None until the source is known
        self._next_status_s = 0.0
        self._stopping = False

    def run(self) -> None:
        """Work until the supervisor says stop."""
        self._child.hello()
        while not self._stopping:
            message = self._child.receive(_TICK_MS)
            if message is not None:
                self._handle(message)
            if self._background is not None and time.monotonic() >= self._next_status_s:
                self._next_status_s = time.monotonic() + _STATUS_S
                self._child.tell("sink", Recorded(status=status_of(self._background)))

    def close(self) -> None:
        """Record what waits, and close the files."""
        if self._background is not None:
            self._child.alive(busy=True)
            self._background.close()
            self._child.tell("sink", Recorded(status=status_of(self._background)))

    def _handle(self, message: Message) -> None:
        match message:
            case SourceInfo() if self._background is None:
                description = description_of(self._plan, message)
                leave_free_mb = self._plan.config.record.leave_free_mb
                self._background = Background(Recording(self._plan.folder, description, leave_free_mb), polite=True)
            case FrameHeader() if self._background is not None:
                self._take(self._background, message)
            case KeepRecording() if self._background is not None:
                self._background.keep()
            case Stop():
                self._stopping = True
            case _:
                pass

    def _take(self, background: Background, header: FrameHeader) -> None:
        if not background.has_room():
            background.lose(header.seq, background.so_far.stopped or "too slow")
            return
        image = self._ring.read(header, FrameImage.copy)
        if image is None:
            background.lose(header.seq, "overwritten")
        else:
            background.offer(image, row_of(header))


def status_of(background: Background) -> RecordingStatus:
    """Return how a recording stands, for people."""
    so_far = background.so_far
    return RecordingStatus(
        recorded=so_far.recorded,
        not_recorded=sum(so_far.not_recorded.values()),
        minutes=round(so_far.minutes, 2),
        last_minutes=background.last_minutes,
        stays=background.stays,
        stopped=so_far.stopped[:MAX_SENTENCE],
    )
