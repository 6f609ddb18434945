"""The capture process: source → ring → one pusher a worker. The ledger decides; this file only carries out."""

import logging
import math
import time
from collections import deque
from typing import Final

import cv2

from capture.clock import Clock
from capture.flow import Flow
from capture.grabber import Broke, Ended, Grabbed, Grabber
from capture.headers import failed_reading, header_of, why_failed
from capture.ledger import Dispatch, Dropped, GaveUp, Ledger, Worker
from capture.pacing import Playback, Thinning
from capture.recordings.first_frames import FirstFrames
from capture.reopening import Reopening
from capture.sources.opening import SourceLimits, open_source
from stream.config.run_plan import RunPlan
from stream.console import logs
from stream.errors import SourceError
from stream.machine.shared_memory import keep_freed_memory
from stream.protocol.contracts import FrameSource
from stream.protocol.frames import (
    Committed,
    Done,
    Drop,
    EndOfStream,
    FrameHeader,
    Looking,
    Overdue,
    RingNeeded,
    RingReady,
    SourceInfo,
    SourceTrouble,
)
from stream.protocol.processes import PeerDown, PeerUp, Stop
from stream.protocol.readings import DensityReading
from stream.protocol.types import MAX_SENTENCE, Message
from stream.protocol.wire import checked
from stream.run.child import Child
from stream.transport.frame_ring import Ring

log = logging.getLogger("capillary.capture")

_TICK_MS: Final = 100
_SUSPENDED_S: Final = 1.0
_SLOTS_AHEAD: Final = 2
_STOP_S: Final = 0.5


def run(child: Child, plan: RunPlan) -> None:
    """Entry point. Raises SourceError where the source cannot be opened; the child's frame reports it."""
    cv2.setNumThreads(1)
    keep_freed_memory()
    logs.hide(plan.source)
    capture = Capture(child, plan, _first(child, plan), Clock())
    try:
        capture.run()
    finally:
        capture.close()


def _open(plan: RunPlan) -> FrameSource:
    limits = SourceLimits(plan.config.capture.max_width_px, plan.config.capture.max_height_px)
    source = open_source(plan.source, limits)
    return source if plan.frames is None else FirstFrames(source, plan.frames)


def _first(child: Child, plan: RunPlan) -> FrameSource:
    """The source. What was there once and is live is waited for: its cable may be out just now."""
    while True:
        try:
            return _open(plan)
        except SourceError:
            if plan.replaying or child.incarnation == 0:
                raise
            time.sleep(_TICK_MS / 1000)


class Capture:
    """One incarnation of the capture process."""

    def __init__(self, child: Child, plan: RunPlan, source: FrameSource, clock: Clock) -> None:
        self._child, self._plan, self._source, self._clock = child, plan, source, clock
        in_flight = 2 if plan.replaying else 1
        self._slots = plan.config.capture.slots or plan.worker_count * in_flight + 2 * _SLOTS_AHEAD + 4
        self._ledger: Ledger[Grabbed] = Ledger(
            slots=self._slots,
            credit=in_flight,
            policy="complete" if plan.replaying else "fresh",
            deaths_allowed=plan.config.workers.deaths_per_frame,
        )
        self._grabber: Grabber | None = None
        self._ring: Ring | None = None
        self._ring_path = ""
        self._first_seq = 0
        self._to_sink: deque[Drop | DensityReading] = deque()  # until it has taken them: a lost one would hold it up
        self._ahead = 0  # slots that the grabber holds
        self._ended: Ended | None = None
        self._cut: int | None = None  # the first seq of a replay that is left for another run
        self._reopening: Reopening | None = None
        self._trouble = SourceTrouble(lost=False)
        self._flow = Flow(source.fps, plan.config.capture.max_fps)
        self._stopping = False
        self._viewers = 0
        self._next_picture_s = 0.0
        self._turned_s = clock.monotonic_s()
        self._session = plan.session
        self._committed: Committed | None = None
        self._sink = -1
        self._started_ns = 0

    def run(self) -> None:
        """Until the supervisor says stop."""
        source = self._source
        self._child.hello()
        self._child.report(RingNeeded(slots=self._slots, slot_bytes=source.width * source.height * 3))
        try:
            while not self._stopping:
                message = self._child.receive(self._patience_ms())
                self._notice_suspension()
                if message is not None:
                    self._handle(message)
                if self._reopening is not None:
                    self._look_for_source(self._reopening)
                if self._grabber is not None:
                    self._turn(self._grabber)
                elif self._sink >= 0:
                    self._carry_out()
        finally:
            if self._grabber is not None:
                self._grabber.stop(_STOP_S)
            if self._reopening is not None:
                self._reopening.stop()

    def close(self) -> None:
        """Let go of the source."""
        self._source.close()

    def _patience_ms(self) -> int:
        """How long to wait for a message: no longer than until a worker is overdue."""
        deadline_s = self._plan.config.workers.frame_deadline_s
        left_s = self._ledger.patience_s(self._clock.monotonic_s(), deadline_s)
        return min(_TICK_MS, max(1, math.ceil(left_s * 1000)))

    def _notice_suspension(self) -> None:
        """This loop turns ten times a second; where it did not, everything stood still, and no worker is to blame."""
        now_s = self._clock.monotonic_s()
        stood_still_s, self._turned_s = now_s - self._turned_s, now_s
        if stood_still_s > _SUSPENDED_S:
            self._ledger.forgive(stood_still_s)

    def _turn(self, grabber: Grabber) -> None:
        while not grabber.taken.empty():
            self._take(grabber.taken.get())
        self._carry_out()
        if self._source.live and self._ended is None and self._reopening is None:
            self._tell_trouble(self._flow.trouble(self._clock.monotonic_s()))
        while (
            self._grabber is grabber
            and self._ended is None
            and self._ahead < _SLOTS_AHEAD
            and (slot := self._ledger.take_slot()) is not None
        ):
            grabber.give(slot)
            self._ahead += 1
        for worker, seq in self._ledger.overdue(self._clock.monotonic_s(), self._plan.config.workers.frame_deadline_s):
            self._child.report(Overdue(worker=worker.index, incarnation=worker.incarnation, seq=seq))

    def _handle(self, message: Message) -> None:
        match message:
            case RingReady(ring=path):
                self._ring_path = path
                self._begin_when_ready()
            case PeerUp(peer=peer) if peer.role == "worker":
                self._ledger.worker_up(Worker(peer.index, peer.incarnation))
                self._begin_when_ready()
            case PeerDown(role="worker", index=index, incarnation=incarnation):
                self._ledger.worker_down(Worker(index, incarnation))
            case PeerDown(role="sink"):
                self._ledger.sink_down()
            case PeerDown(role="view"):
                self._viewers = 0
            case Done(capture=mine) if mine == self._child.incarnation:
                worker = Worker(message.worker, message.incarnation)
                now_s = self._clock.monotonic_s()
                self._ledger.done(worker, message.seq, message.attempt, now_s, read=message.read)
            case Committed(sink=sink) if self._committed is None or sink >= self._committed.sink:
                self._committed = message
                self._follow_sink()
            case PeerUp(peer=peer) if peer.role == "sink":
                self._follow_sink()
            case Looking(viewers=viewers):
                self._viewers = viewers
            case Stop(final=False, at_once=at_once):
                self._end_stream()
                if at_once:
                    self._end_at_once()
            case Stop():
                self._stopping = True
            case _:
                pass

    def _follow_sink(self) -> None:
        """Its report and its introduction come from two sides, in any order; both are needed to work with it."""
        report, sink = self._committed, self._child.peers.get(("sink", 0))
        if report is None or sink is None or sink[0].incarnation != report.sink:
            return
        dead = report.after_death_of
        after_death_of = None if dead is None else Worker(*dead)
        self._ledger.committed(report.next_seq, report.sink, report.beyond, after_death_of)
        if report.sink != self._sink:
            self._sink = report.sink
            self._greet_sink(report.next_seq)

    def _greet_sink(self, next_seq: int) -> None:
        """A sink that has just said what it has on disk: begin there, or tell it again what it may have missed."""
        if self._ring is None:
            self._first_seq = next_seq
        self._started_ns = self._started_ns or self._clock.now().utc_ns
        self._tell_source()
        self._child.tell("sink", self._trouble)
        self._tell_end()
        self._begin_when_ready()

    def _tell_source(self) -> None:
        source = self._source
        self._child.tell(
            "sink",
            checked(
                SourceInfo(
                    source=source.name,
                    width=source.width,
                    height=source.height,
                    fps=source.fps,
                    frames_expected=source.frame_count,
                    live=source.live,
                    started_ns=self._started_ns,
                    settled=self._first_seq if self._ring is None else self._settled,
                )
            ),
        )

    def _begin_when_ready(self) -> None:
        """Ring, sink and a first worker are there: frames grabbed before that would only be dropped.

        Where the run ends before it began anew, what an earlier incarnation took is counted all the same.
        """
        ending, first = self._ended is not None, self._ring is None
        ready = self._ring_path and self._sink >= 0 and (self._ledger.idle_hands > 0 or not first or ending)
        if not ready or self._grabber is not None or self._reopening is not None or (ending and not first):
            return
        self._ring = Ring.attach(self._ring_path, writable=True)
        if first:
            self._count_from(self._ring)
        if ending:
            self._tell_end()
        else:
            self._begin(self._ring)

    def _count_from(self, ring: Ring) -> None:
        """The first seq of this incarnation."""
        if self._plan.replaying:
            ring.captured = self._first_seq
        else:  # an earlier incarnation took frames that nobody will hear of, and died
            self._to_sink.extend(Drop(seq=seq, cause="restart") for seq in range(self._first_seq, ring.captured))

    def _begin(self, ring: Ring) -> None:
        speed = self._plan.speed if self._plan.replaying else 1.0
        self._grabber = Grabber(
            self._source,
            ring,
            self._child.inbox,
            Thinning(0.0 if self._plan.replaying else self._plan.config.capture.max_fps),
            Playback(speed),
            self._clock,
            self._ring_path,
        )
        self._flow = Flow(self._source.fps, self._plan.config.capture.max_fps, self._clock.monotonic_s())
        self._child.alive(busy=True)  # decoding up to there may take its time
        self._grabber.start(0 if self._source.live else self._index_of(ring.captured))
        self._child.alive()

    def _index_of(self, seq: int) -> int:
        """Where the frame of that seq lies in a recording: further on where it is thinned, as at a bedside."""
        fps, most = self._source.fps or 0.0, self._plan.config.capture.max_fps
        return seq if self._plan.replaying or not 0 < most < fps else int(seq * fps / most)

    @property
    def _captured(self) -> int:
        """Frames captured in this run so far, by whichever incarnation."""
        return self._first_seq if self._ring is None else self._ring.captured

    def _take(self, item: Grabbed | Ended | Broke) -> None:
        self._ahead -= 1
        if isinstance(item, Broke):
            raise item.error
        if isinstance(item, Ended):
            if item.reason:
                log.warning("%s", item.reason)
            if item.reason and self._source.live and not self._plan.replaying:
                self._lose_source(item.reason)
            else:
                self._end(item)
            return
        assert self._ring is not None  # nothing is grabbed before
        seq = self._ring.captured
        self._ring.captured = seq + 1
        self._ledger.captured(seq, item.slot, item, spoiled=bool(item.unreadable))
        self._flow.frame(self._clock.monotonic_s())

    def _lose_source(self, reason: str) -> None:
        """A live source broke, or changed the size of its frames: open it again, however long that takes."""
        assert self._grabber is not None
        for slot in self._grabber.unused():
            self._ledger.return_slot(slot)
        self._grabber, self._ahead = None, 0
        self._source.close()
        self._tell_trouble(SourceTrouble(lost=True, reason=reason[:MAX_SENTENCE]))
        self._reopening = Reopening(lambda: _open(self._plan), self._child.inbox)

    def _look_for_source(self, reopening: Reopening) -> None:
        if reopening.found.empty():
            return
        self._reopening, found = None, reopening.found.get()
        if isinstance(found, Exception):
            raise found
        self._source = found
        if self._ended is not None:
            return
        self._tell_source()
        need = found.width * found.height * 3
        if self._ring is not None and need > self._ring.slot_bytes:
            self._ring_path = ""
            self._child.report(RingNeeded(slots=self._slots, slot_bytes=need))
        self._begin_when_ready()

    def _tell_trouble(self, trouble: SourceTrouble) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._child.tell("sink", trouble)

    @property
    def _settled(self) -> int:
        lowest = self._ledger.lowest
        waiting = min((message.seq for message in self._to_sink), default=self._captured)
        return min(waiting, self._captured if lowest is None else lowest)

    def _end(self, ended: Ended) -> None:
        """The first reason is the one that counts."""
        if self._ended is None:
            self._ended = ended
            self._tell_end()

    def _tell_end(self) -> None:
        if self._ended is not None and self._ring is not None:
            self._child.tell(
                "sink",
                EndOfStream(
                    frames_read=self._captured if self._cut is None else self._cut,
                    frames_expected=self._source.frame_count,
                    reason=self._ended.reason[:MAX_SENTENCE],
                ),
            )

    def _carry_out(self) -> None:
        for decision in self._ledger.decide(self._clock.monotonic_s()):
            match decision:
                case Dispatch(seq, grabbed, worker, attempt):
                    if attempt > 1:
                        log.debug("frame %d dispatched again at %.6f", seq, self._clock.monotonic_s())
                    self._child.tell("worker", self._header(seq, grabbed, attempt), worker.index)
                case Dropped(seq, cause):
                    self._to_sink.append(Drop(seq=seq, cause=cause))
                case GaveUp(seq, grabbed, deaths):
                    log.error("frame %s set aside as failed: %s", grabbed.grab.name, why_failed(grabbed, deaths))
                    name, session = self._source.name, self._session
                    failed = failed_reading(grabbed, session=session, source=name, seq=seq, deaths=deaths)
                    self._to_sink.append(failed)
        while self._to_sink and self._child.tell("sink", self._to_sink[0]):
            self._to_sink.popleft()

    def _header(self, seq: int, grabbed: Grabbed, attempt: int) -> FrameHeader:
        return header_of(
            grabbed,
            source=self._source.name,
            seq=seq,
            attempt=attempt,
            incarnation=self._child.incarnation,
            picture=self._picture_wanted(),
        )

    def _picture_wanted(self) -> bool:
        """Pictures cost a worker's time: only while someone looks, and not more often than the page shows them."""
        now_s = self._clock.monotonic_s()
        if self._viewers == 0 or now_s < self._next_picture_s:
            return False
        self._next_picture_s = max(self._next_picture_s + 1 / self._plan.config.view.pictures_per_s, now_s)
        return True

    def _end_stream(self) -> None:
        """Grab no more; what was captured is finished."""
        if self._grabber is not None and self._ended is None:
            self._grabber.stop(_STOP_S)
            while not self._grabber.taken.empty():
                item = self._grabber.taken.get()
                if isinstance(item, Grabbed):
                    self._take(item)
        self._end(Ended("stopped by the user"))
        self._begin_when_ready()

    def _end_at_once(self) -> None:
        """Somebody is at a frame for longer than whoever stops the run waits."""
        self._cut = self._ledger.abandon()
        self._carry_out()
        self._tell_end()
