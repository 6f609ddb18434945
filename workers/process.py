"""A worker process: pull a header → analyse the pixels in the ring → push reading to the sink and credit to capture.

One process per core, with one thread. What it computes depends on the frame alone. Readings are kept until they are on
disk: a new sink is sent those that the one before it may have lost.
"""

from collections import deque
from typing import Protocol

from stream.config.run_plan import RunPlan
from stream.pixels.frame_image import FrameImage
from stream.protocol.frames import Committed, Done, FrameHeader
from stream.protocol.processes import PeerUp, Stop
from stream.protocol.readings import DensityReading
from stream.run.child import Child
from stream.transport.frame_ring import RingReader
from workers.reading import Reader, make_analyser, set_up_process

_IDLE_MS = 1000
_KEPT_MAX = 500  # readings: while a frame before them has none, those after it are not committed, and pile up here


def run(child: Child, plan: RunPlan) -> None:
    """Run the worker until the supervisor stops it. Raises ModelError if the analyser cannot be made."""
    set_up_process()
    analyser = make_analyser(plan.analysis)
    WorkerLoop(child, Reader(analyser, plan.analysis, plan.session, child.index)).run()


class FrameReader(Protocol):
    """Makes readings of frames: in this process, or on another machine."""

    model_id: str
    transfer: str

    def read(self, header: FrameHeader, image: FrameImage) -> DensityReading:
        """Return the reading of a frame."""


class WorkerLoop:
    """One incarnation of one worker: its messages, and its readings until they are on disk."""

    def __init__(self, child: Child, reader: FrameReader) -> None:
        self._child, self._reader = child, reader
        self._ring = RingReader()
        self._waiting: deque[FrameHeader] = deque()
        self._kept: dict[int, DensityReading] = {}  # by seq: not on disk yet
        self._capture = -1  # the newest incarnation that was introduced
        self._stopping = False

    def run(self) -> None:
        """Work until the supervisor says stop."""
        self._child.hello(self._reader.model_id, self._reader.transfer)
        while not self._stopping:
            header = self._next()
            self._listen(_IDLE_MS if header is None else 0)
            if header is not None:
                self._work(header)

    def _next(self) -> FrameHeader | None:
        """Return the next frame to work on, once its sender was introduced: headers may come before.

        The ring outlives a capture process, so its last frames are still worth their work, until the next one is there.
        """
        while self._waiting and self._waiting[0].capture < self._capture:
            self._waiting.popleft()  # the new capture process dispatches again what it still needs
        return self._waiting.popleft() if self._waiting and self._waiting[0].capture == self._capture else None

    def _listen(self, timeout_ms: int) -> None:
        match self._child.receive(timeout_ms):
            case FrameHeader() as header:
                self._waiting.append(header)
            case PeerUp(peer=peer) if peer.role == "capture":
                self._capture = max(self._capture, peer.incarnation)
            case PeerUp(peer=peer) if peer.role == "sink":
                for _, reading in sorted(self._kept.items()):  # a new sink: the one before may have lost them
                    self._child.tell("sink", reading)
            case Committed(next_seq=next_seq):
                self._kept = {seq: reading for seq, reading in self._kept.items() if seq >= next_seq}
            case Stop():
                self._stopping = True
            case _:
                pass

    def _work(self, header: FrameHeader) -> None:
        """Analyse a frame, send its reading and then its credit: in that order, so that no frame is done without one.

        A frame that comes again is not analysed again if its reading is still here.
        """
        reading = self._kept.get(header.seq) or self._read(header)
        given = reading is not None and self._give(reading, header)
        self._child.tell(
            "capture",
            Done(
                worker=self._child.index,
                incarnation=self._child.incarnation,
                seq=header.seq,
                attempt=header.attempt,
                capture=header.capture,
                read=given,
            ),
        )

    def _give(self, reading: DensityReading, header: FrameHeader) -> bool:
        """Send a reading to the sink, and keep it until it is on disk: for the next sink, if this one dies.

        Returns False if the sink takes no more, or has been away for so long that nothing more can be kept: then the
        frame is not done, and capture dispatches it again.
        """
        present = ("sink", 0) in self._child.peers
        if present and not self._child.tell("sink", reading):
            return False
        if len(self._kept) >= _KEPT_MAX:
            if not present:
                return False
            del self._kept[min(self._kept)]
        self._kept[header.seq] = reading
        return True

    def _read(self, header: FrameHeader) -> DensityReading | None:
        """Return the reading, or None if the frame was overwritten: capture dispatches it again if it is needed."""
        return self._ring.read(header, lambda image: self._reader.read(header, image))
