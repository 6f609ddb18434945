"""The thread that encodes: frames go in through a small queue, and what finds no place there is counted, not recorded.

Nothing waits for it: a slow disk or encoder costs frames of the recording, and nothing else.
"""

import contextlib
import logging
import os
import threading
import time
from collections import Counter
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Final

import av
from msgspec.structs import replace

from capture.recordings.writing.recording import Recording
from capture.sources.session.frame_table import FrameRow
from stream.errors import StreamError
from stream.machine.files import reason
from stream.pixels.frame_image import FrameImage

log = logging.getLogger("capillary.recorder")

_WAITING: Final = 8
_TICK_S: Final = 0.2
_NOTE_S: Final = 5.0
_NICE: Final = 5
"""How much lower its priority is than that of analysis: not so low that two workers leave it nothing."""


@dataclass(frozen=True, slots=True)
class SoFar:
    """Frames recorded, frames not recorded by cause, minutes on disk; why recording stopped, empty if it goes on."""

    recorded: int
    not_recorded: dict[str, int]
    minutes: float
    stopped: str


class Background:
    """A recording in a thread of its own. polite: of lower priority, because there is work that matters more."""

    def __init__(self, recording: Recording, *, polite: bool) -> None:
        self._recording, self._polite = recording, polite
        self._noted_s = time.monotonic()
        self._frames: Queue[tuple[FrameImage, FrameRow] | None] = Queue(_WAITING)
        self._missing = Counter(recording.description.not_recorded)
        self._next_seq = recording.next_seq
        self._stopped = ""
        self._keep = threading.Event()
        self._thread = threading.Thread(target=self._run, name="encoder", daemon=True)
        self._thread.start()

    def offer(self, image: FrameImage, row: FrameRow, *, wait: bool = False) -> bool:
        """Hand over a frame, not to be changed any more; return whether it was taken.

        wait: until there is room, for a source that waits too.
        """
        self.skip_to(row.seq)
        self._next_seq = row.seq + 1
        if self._stopped:
            self._missing[self._stopped] += 1
            return False
        try:
            self._frames.put((image, row), block=wait)
        except Full:
            self._missing["too slow"] += 1
            return False
        return True

    def has_room(self) -> bool:
        """Return whether a frame would be taken now, so that it is worth its copy."""
        return not self._stopped and not self._frames.full()

    def lose(self, seq: int, cause: str) -> None:
        """Count a frame that cannot be handed over."""
        self.skip_to(seq)
        self._next_seq = seq + 1
        self._missing[cause] += 1

    def skip_to(self, seq: int) -> None:
        """Count the frames before `seq` that were never heard of."""
        if seq > self._next_seq:
            self._missing["not received"] += seq - self._next_seq
            self._next_seq = seq

    def keep(self) -> None:
        """Keep the last minutes, and all that comes."""
        self._keep.set()

    @property
    def stays(self) -> bool:
        """True if the pictures stay after the end of the session."""
        return self._recording.description.kept

    @property
    def so_far(self) -> SoFar:
        """Return how it stands."""
        recording = self._recording
        return SoFar(recording.description.recorded, dict(self._missing), recording.minutes, self._stopped)

    @property
    def last_minutes(self) -> float:
        """Return how many minutes are on disk until a page keeps them; 0: all."""
        return self._recording.description.last_minutes

    def close(self) -> None:
        """Record what waits, and close the files."""
        self._frames.put(None)
        self._thread.join()

    def _run(self) -> None:
        if self._polite:
            with contextlib.suppress(OSError, AttributeError):  # a system whose threads have no priority of their own
                thread = os.PRIO_PROCESS, threading.get_native_id()
                os.setpriority(*thread, os.getpriority(*thread) + _NICE)
        going_on = True
        while going_on:
            self._keep_if_asked()
            with contextlib.suppress(Empty):
                item = self._frames.get(timeout=_TICK_S)
                going_on = item is not None
                if item is not None:
                    self._attempt(*item)
        with contextlib.suppress(OSError):
            self._note_counts()
            self._recording.close()

    def _note_counts(self) -> None:
        self._recording.description = replace(
            self._recording.description, not_recorded=dict(self._missing), stopped=self._stopped
        )

    def _attempt(self, image: FrameImage, row: FrameRow) -> None:
        if self._stopped:
            self._missing[self._stopped] += 1
            return
        try:
            self._recording.add(image, row)
            if time.monotonic() - self._noted_s > _NOTE_S:
                self._noted_s = time.monotonic()
                self._note_counts()
                self._recording.describe()
        except (OSError, StreamError, av.FFmpegError) as error:
            self._stopped = reason(error) if isinstance(error, OSError) and error.errno else str(error)
            self._missing[self._stopped] += 1
            log.error("recording stopped: %s", self._stopped)

    def _keep_if_asked(self) -> None:
        if self._keep.is_set():
            with contextlib.suppress(OSError):  # tried again at the next turn
                self._recording.keep()
