"""Which frame goes to which worker, and what the sink hears of a frame that gets no reading.

The ledger decides; here events become its entries, and its decisions become messages. Knows no clock and no socket:
the time comes in, and messages go out through a function.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from capture.grabber import Grabbed
from capture.headers import failed_reading, header_of, why_failed
from capture.ledger import Dispatch, Dropped, GaveUp, Ledger, Worker
from capture.pacing import PictureRate
from stream.machine.clock import SUSPENDED_S
from stream.protocol.frames import Committed, Done, Drop, FrameHeader, Looking, Overdue, RingUse
from stream.protocol.processes import PeerDown, PeerUp, Tell
from stream.protocol.readings import DensityReading
from stream.protocol.types import Message
from stream.readings.failed_frames import FailedFrames

log = logging.getLogger("capillary.capture")

_RING_USE_S: Final = 0.5


class Dispatcher:
    """The frames of one incarnation of capture, from a slot in the ring to the sink's word that they are on disk.

    frame_deadline_s: how long a worker may be at one frame. session, incarnation: of this capture process.
    scale_of: gives the width of a pixel, µm, in frames of a width, px; None if it is not known.
    recording: a recorder gets every frame that has pixels.
    """

    def __init__(
        self,
        ledger: Ledger[Grabbed],
        pictures: PictureRate,
        tell: Tell,
        *,
        session: str,
        incarnation: int,
        frame_deadline_s: float,
        scale_of: Callable[[int], float | None],
        recording: bool = False,
    ) -> None:
        self._ledger, self._pictures, self._tell = ledger, pictures, tell
        self._scale_of, self._recording = scale_of, recording
        self._session, self._incarnation, self._deadline_s = session, incarnation, frame_deadline_s
        self._lost: dict[int, int] = {}  # frames that the source lost before a frame, by its seq: see `captured`
        # Until the sink's socket has taken them: it publishes in order of seq, and would wait for a lost one for ever.
        self._for_sink: deque[Drop | DensityReading] = deque()
        self._turned_s: float | None = None
        self._ring_told_s = 0.0
        self._failures = FailedFrames(log)

    @property
    def has_credit(self) -> bool:
        """True if a worker could take a frame now."""
        return self._ledger.idle_hands > 0

    def take_slot(self) -> int | None:
        """Return a slot to grab the next frame into; None if all are held."""
        return self._ledger.take_slot()

    def return_slots(self, slots: Iterable[int]) -> None:
        """Take back slots that got no frame."""
        for slot in slots:
            self._ledger.return_slot(slot)

    def captured(self, seq: int, grabbed: Grabbed, source: str) -> None:
        """Take charge of a frame that lies in its slot, and tell the recorder of it. source: its name."""
        if grabbed.grab.lost_before:  # its reading says so; if there is none, its drop has to
            self._lost[seq] = grabbed.grab.lost_before
        self._ledger.captured(seq, grabbed.slot, grabbed, spoiled=bool(grabbed.unreadable))
        if self._recording and not grabbed.unreadable:
            # Without the frame before: the recorder has it. A frame that it does not take, it misses by its seq.
            self._tell("recorder", self._header(seq, replace(grabbed, previous=None, thumbnail=None), source))

    def _header(
        self, seq: int, grabbed: Grabbed, source: str, attempt: int = 1, *, picture: bool = False
    ) -> FrameHeader:
        return header_of(
            grabbed,
            source=source,
            seq=seq,
            attempt=attempt,
            incarnation=self._incarnation,
            picture=picture,
            um_per_px=self._scale_of(grabbed.grab.width),
        )

    def died_with_capture(self, seqs: Iterable[int]) -> None:
        """Count frames that an earlier incarnation took: their slots were in its books alone, and it died."""
        self._for_sink.extend(Drop(seq=seq, cause="restart") for seq in seqs)

    def handle(self, message: Message, now_s: float) -> None:
        """Take in what peers are and do; what does not concern frames is left alone."""
        match message:
            case PeerUp(peer=peer) if peer.role == "worker":
                self._ledger.worker_up(Worker(peer.index, peer.incarnation))
            case PeerDown(role="worker", index=index, incarnation=incarnation):
                self._ledger.worker_down(Worker(index, incarnation))
            case PeerDown(role="sink"):
                self._ledger.sink_down()
            case PeerDown(role="view"):
                self._pictures.viewers = 0
            case Looking(viewers=viewers):
                self._pictures.viewers = viewers
            case Done(capture=mine) if mine == self._incarnation:  # a seq may be another frame to another incarnation
                worker = Worker(message.worker, message.incarnation)
                self._ledger.done(worker, message.seq, message.attempt, now_s, read=message.read)
            case _:
                pass

    def committed(self, report: Committed) -> None:
        """Take in what the sink has on disk. Only from a sink that is known as a peer: see Capture._follow_sink."""
        dead = None if report.after_death_of is None else Worker(*report.after_death_of)
        self._ledger.committed(report.next_seq, report.sink, report.beyond, dead)
        for seq in [one for one in self._lost if one < report.next_seq]:
            del self._lost[seq]

    def forgive_suspension(self, now_s: float) -> None:
        """To be called at every turn of the main loop, ten times per second at least.

        If it was not, the whole machine stood still, workers too: none is to be killed for being late.
        """
        stood_still_s = 0.0 if self._turned_s is None else now_s - self._turned_s
        self._turned_s = now_s
        if stood_still_s > SUSPENDED_S:
            self._ledger.forgive(stood_still_s)

    def overdue_in_s(self, now_s: float) -> float:
        """Return how long until the next worker is overdue; negative if one is."""
        return self._ledger.patience_s(now_s, self._deadline_s)

    def overdue(self, now_s: float) -> list[Overdue]:
        """Return the workers that have been at one frame for longer than the deadline."""
        return [
            Overdue(worker=worker.index, incarnation=worker.incarnation, seq=seq)
            for worker, seq in self._ledger.overdue(now_s, self._deadline_s)
        ]

    def settled(self, captured: int) -> int:
        """Return the seq below which all is on disk, of so many captured frames: a new sink need not wait for them."""
        lowest = self._ledger.lowest
        waiting = min((message.seq for message in self._for_sink), default=captured)
        return min(waiting, captured if lowest is None else lowest)

    def tell_ring_use(self, now_s: float) -> None:
        """Tell the sink how full the ring is, if the last time was long enough ago."""
        if now_s >= self._ring_told_s + _RING_USE_S:
            self._ring_told_s = now_s
            self._tell("sink", RingUse(slots=self._ledger.slots, used=self._ledger.slots_used))

    def abandon(self) -> int | None:
        """Wait no longer for workers; see Ledger.abandon."""
        return self._ledger.abandon()

    def carry_out(self, now_s: float, source: str) -> None:
        """Send everything that is due: frames to workers, and losses to the sink. source: its name, for the headers."""
        for decision in self._ledger.decide(now_s):
            match decision:
                case Dispatch(seq, grabbed, worker, attempt):
                    if attempt > 1:
                        log.debug("frame %d dispatched again at %.6f", seq, now_s)
                    header = self._header(seq, grabbed, source, attempt, picture=self._pictures.take(now_s))
                    # Not checked: a worker that takes nothing is dead or hung, and its death brings the frame back.
                    self._tell("worker", header, worker.index)
                case Dropped(seq, cause):
                    self._for_sink.append(Drop(seq=seq, cause=cause, lost_before=self._lost.pop(seq, 0)))
                case GaveUp(seq, grabbed, deaths):
                    self._failures.note(grabbed.grab.name, why_failed(grabbed, deaths))
                    failed = failed_reading(grabbed, session=self._session, source=source, seq=seq, deaths=deaths)
                    self._for_sink.append(failed)
        while self._for_sink and self._tell("sink", self._for_sink[0]):
            self._for_sink.popleft()
